package io.imdsight.report.fleet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Writes lines of feeds, and reads them into a fleet. Times are of one day, 2026-11-22, which is over. */
final class FeedLines {
    static final Instant UNTIL = Instant.parse("2026-11-22T12:00:00Z");

    private final StringBuilder out = new StringBuilder();

    static Period period() {
        return Period.until(UNTIL, Duration.ofDays(3), Duration.ofDays(1), Duration.ofHours(3), Duration.ofDays(1));
    }

    /** {@code 2026-11-22T05:00:00} and the like. */
    static String hoursBefore(int hours) {
        return UNTIL.minusSeconds(hours * 3600L).toString();
    }

    static String host(String id) {
        return "\"host\":{\"id\":\"" + id + "\"}";
    }

    static String imds(long requests, long v1, long blocking) {
        return "\"imds\":{\"requests\":" + requests + ",\"v1\":" + v1 + ",\"v2\":" + (requests - v1)
                + ",\"undetermined\":0,\"metadata_no_token\":" + v1 + ",\"metadata_no_token_rejected\":0,\"blocking\":"
                + blocking
                + ",\"cause\":{\"never-tried\":" + v1 + "},\"path_class\":{\"credentials\":" + v1 + "}}";
    }

    FeedLines line(String line) {
        out.append(line).append('\n');
        return this;
    }

    FeedLines caller(String id, int hoursBefore, String title, long blocking) {
        return line("{\"timestamp\":\"" + hoursBefore(hoursBefore)
                + "\",\"feed\":{\"version\":1,\"record\":\"caller\",\"interval_seconds\":60},"
                + host(id) + ",\"caller\":{\"name\":\"" + title
                + "\"},\"process\":{\"executable\":{\"path\":\"/usr/bin/" + title
                + "\"},\"owner\":\"root\",\"title\":\"" + title + "\"}," + imds(blocking + 2, blocking, blocking)
                + ",\"evidence\":{\"connect-probe\":" + (blocking + 2) + "}}");
    }

    FeedLines heartbeat(String id, int hoursBefore, boolean sound) {
        return line("{\"timestamp\":\"" + hoursBefore(hoursBefore)
                + "\",\"feed\":{\"version\":1,\"record\":\"heartbeat\",\"interval_seconds\":3600}," + host(id) + ","
                + imds(0, 0, 0)
                + ",\"callers\":{\"v1\":0},\"quality\":{\"sound\":" + sound
                + ",\"captured_seconds\":3600,\"connections\":{\"unexplained\":0},\"drops\":{\"kernel-ring\":"
                + (sound ? 0 : 1) + "}}}");
    }

    /** A heartbeat an hour, from so many hours ago until so many ago. */
    FeedLines heartbeats(String id, int fromHoursBefore, int toHoursBefore) {
        for (int h = fromHoursBefore; h >= toHoursBefore; h--) {
            heartbeat(id, h, true);
        }
        return this;
    }

    Fleet fleet() {
        Fleet out = new Fleet(period(), null);
        into(out, "machine");
        return out;
    }

    void into(Fleet fleet, String machine) {
        try {
            fleet.read(new ByteArrayInputStream(bytes()), machine);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    FleetReport report() {
        return FleetReport.of(fleet());
    }

    static InstanceState state(FleetReport r, String id) {
        return r.find(id).state();
    }
}
