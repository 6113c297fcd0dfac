package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.classify.CauseTracker;
import io.imdsight.classify.Classifier;
import io.imdsight.model.Answer;
import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Connection;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SightingThreadTest {
    private static final Connection CONNECTION =
            new Connection(IpAddress.parse("10.0.0.5"), 40312, IpAddress.IMDS_V4, 80);
    private static final Caller SDK = new Caller(
            7, "/usr/bin/python3", List.of("python3", "a.py"), "a.py", 0, "root", 2000, null, null, null, List.of());
    private static final RequestHead TOKEN_REQUEST =
            new RequestHead("PUT", "/latest/api/token", null, RequestHead.TOKEN_TTL, true);

    private final SightingQueue queue = new SightingQueue(SightingQueue.BYTES_MAX);
    private final Printed printed = new Printed();
    private final AtomicLong clock = new AtomicLong();
    private final SightingThread thread = new SightingThread(
            queue,
            (connection, opened, sent) -> new Attribution(SDK, Evidence.CONNECT_PROBE),
            new CauseTracker(1000),
            printed,
            clock::get);

    @Test
    void aTokenRequestThatStillWaitsExplainsTheFallback() {
        thread.step(new SightingQueue.Asked(CONNECTION, 1, TOKEN_REQUEST, 0, 5_000_000_000L));
        thread.step(finished("/latest/meta-data/", 6_500_000_000L));
        assertEquals(Cause.TOKEN_UNANSWERED, printed.sightings.getFirst().cause());
    }

    @Test
    void whatWaitsIsPrintedBeforeTheThreadEnds() {
        for (int i = 0; i < 100; i++) {
            assertTrue(queue.offer(finished("/latest/" + i, i)));
        }
        queue.close();
        thread.run();
        assertEquals(100, printed.sightings.size());
        assertTrue(printed.flushed);
    }

    @Test
    void aThreadInAHurryLooksForCallersOnlyUntilItsTimeIsUp() {
        thread.hurry(10);
        thread.step(finished("/latest/a", 1));
        clock.set(11);
        thread.step(finished("/latest/b", 2));
        assertEquals(SDK, printed.sightings.getFirst().caller());
        assertNull(printed.sightings.getLast().caller());
        assertEquals(
                "imdsight was ending", printed.sightings.getLast().evidence().reason());
    }

    @Test
    void theQueueRefusesWhatDoesNotFitAndTakesAgainWhenThereIsRoom() {
        SightingQueue small = new SightingQueue(200_000);
        SightingQueue.Finished huge = finished("/" + "a".repeat(65_000), 1);
        assertTrue(small.offer(huge));
        assertFalse(small.offer(huge));
        assertEquals(huge, small.poll());
        assertTrue(small.offer(huge));
    }

    @Test
    void theQueueHoldsAMinuteOfAServicesWholeBudget() {
        int held = 0;
        while (queue.offer(finished("/latest/meta-data/iam/security-credentials/a-role", held))) {
            held++;
        }
        assertTrue(held > 60 * 250, "held " + held);
    }

    private static SightingQueue.Finished finished(String target, long timestampNanos) {
        RequestHead head = new RequestHead("GET", target, "curl/8", 0, true);
        Exchange e = new Exchange(
                timestampNanos, Link.UNKNOWN, CONNECTION, 1, head, 0, new Answer(Answer.State.RECEIVED, 200));
        return new SightingQueue.Finished(e, Classifier.classify(e));
    }

    private static final class Printed implements SightingThread.Output {
        final List<Sighting> sightings = new ArrayList<>();
        boolean flushed;

        @Override
        public void accept(Sighting sighting) {
            sightings.add(sighting);
        }

        @Override
        public void flush() {
            flushed = true;
        }
    }
}
