package io.imdsight.report.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What a stranger can make grow is bounded, and what does not fit is counted. */
class FleetBoundsTest {
    private static Fleet read(int count, IntFunction<FeedLines> lines) {
        Fleet fleet = new Fleet(FeedLines.period(), null);
        for (int i = 0; i < count; i++) {
            lines.apply(i).into(fleet, "machine");
        }
        return fleet;
    }

    @Test
    void instancesBeyondTheBoundAreCounted() {
        Fleet fleet = read(Fleet.INSTANCES_MAX + 10, i -> new FeedLines().heartbeat("i-" + i, 1, true));
        assertEquals(10, fleet.inputs.instancesBeyond);
        FleetReport r = FleetReport.of(fleet);
        assertEquals(Fleet.INSTANCES_MAX, r.instances().size());
        assertTrue(FleetWording.notes(r).toString().contains("10 records of instances beyond"));
    }

    @Test
    void callersBeyondTheBoundAreOneCallerNamedOther() {
        Fleet fleet = read(Fleet.CALLERS_MAX + 10, i -> new FeedLines().caller("i-" + i / 100, 1, "job" + i, 1));
        FleetReport r = FleetReport.of(fleet);
        assertTrue(r.callers().size() <= Fleet.CALLERS_MAX);
        assertEquals(11, fleet.inputs.callersBeyond);
        assertEquals(
                Fleet.CALLERS_MAX + 10,
                r.callers().stream().mapToLong(c -> c.blocking).sum(),
                "every call is in one caller");
        assertTrue(
                r.plan().stream().noneMatch(s -> s.caller().identity.equals(CallerIdentity.OTHER)),
                "nobody can fix other");
    }

    @Test
    void oneInstanceWithThousandsOfCallersIsBounded() {
        Fleet fleet = read(5000, i -> new FeedLines().caller("i-1", 1, "job" + i, 1));
        Instance i = FleetReport.of(fleet).find("i-1").instance();
        assertTrue(i.uses().size() <= Instance.CALLERS_MAX + 1);
        assertEquals(5000, i.uses().stream().mapToLong(u -> u.blocking).sum());
    }

    @Test
    void aLineOfAGigabyteTakesNoMemory() throws IOException {
        long length = 1L << 30;
        InputStream endless = new InputStream() {
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] b, int off, int len) {
                if (left <= 0) {
                    return -1;
                }
                int got = (int) Math.min(len, left);
                java.util.Arrays.fill(b, off, off + got, (byte) 'x');
                left -= got;
                return got;
            }
        };
        Fleet fleet = new Fleet(FeedLines.period(), null);
        fleet.read(endless, "machine");
        assertEquals(1, fleet.inputs.damaged);
        new FeedLines().heartbeat("i-1", 1, true).into(fleet, "machine");
        assertEquals(1, fleet.inputs.heartbeats);
    }

    @Test
    void coverageCountsOverlapsOnceInAnyOrder() {
        Coverage c = new Coverage();
        assertTrue(c.add(100, 200));
        assertTrue(c.add(300, 400));
        assertTrue(c.add(0, 50));
        assertTrue(!c.add(120, 180));
        assertEquals(250, c.seconds());
        assertTrue(c.add(150, 350));
        assertEquals(350, c.seconds());
        assertTrue(!c.add(201, 299));
        for (int i = 0; i < 1000; i++) {
            c.add(1000 + 10 * i, 1005 + 10 * i);
        }
        assertTrue(c.seconds() <= 350 + 64 * 5, "pieces beyond the bound are not kept");
    }
}
