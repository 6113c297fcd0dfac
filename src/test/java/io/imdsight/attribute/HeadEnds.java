package io.imdsight.attribute;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.capture.LiveOptions;
import io.imdsight.decode.Decoder;
import io.imdsight.decode.DecoderLimits;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.RequestHead;
import java.util.HashMap;
import java.util.Map;

/** Where the heads of requests end in their streams, as a real capture on the loopback interface has it. */
final class HeadEnds implements ExchangeSink {
    private static final long WAIT_MILLIS_MAX = 10_000;

    private final Map<String, Integer> byTarget = new HashMap<>();

    /** Captures until the process ends. */
    static HeadEnds captured() throws CaptureException {
        HeadEnds ends = new HeadEnds();
        Drops drops = new Drops();
        Decoder decoder = Decoder.live(Endpoints.EC2, DecoderLimits.DEFAULT, ends, drops);
        LiveCapture capture = LiveCapture.open("lo", Endpoints.EC2, decoder, drops, LiveOptions.defaults());
        Thread.ofPlatform().daemon().start(() -> {
            try {
                capture.run();
            } catch (CaptureException e) {
                System.out.println("error " + e);
            }
        });
        return ends;
    }

    @Override
    public synchronized void requested(
            Connection connection, long openedNanos, RequestHead head, int headEnd, long timestampNanos) {
        byTarget.put(head.target(), headEnd);
        notifyAll();
    }

    @Override
    public void exchange(Exchange exchange) {
        // what became of it is not asked here
    }

    /** The sequence number behind the head of the request for a target, once it was captured. */
    synchronized int await(String target) {
        long end = System.nanoTime() + WAIT_MILLIS_MAX * 1_000_000;
        while (!byTarget.containsKey(target) && System.nanoTime() < end) {
            try {
                wait(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while waiting for " + target, e);
            }
        }
        if (!byTarget.containsKey(target)) {
            throw new IllegalStateException("the request for " + target + " was not captured");
        }
        return byTarget.get(target);
    }
}
