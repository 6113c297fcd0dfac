package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.PacketSockets;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the ring holds when nobody reads it, with and without delay. Needs root, libpcap, iproute2 and python3. */
@Timeout(120)
class DelayedCaptureIT {
    private static final int CONNECTIONS = 300;

    /** The delay, and what it takes to see it; a busy machine has more than one try. */
    private static final long ON_TIME_MILLIS = 2 * LiveOptions.DELAY_MILLIS;

    private static final int TRIES_MAX = 5;

    /** Opens connections one after the other, each with a request of its own. */
    private static final String CALLS = """
            import socket, sys
            for i in range(int(sys.argv[1])):
                with socket.create_connection(("169.254.169.254", 80), 5) as s:
                    s.sendall(b"GET /burst-%d HTTP/1.0\\r\\n\\r\\n" % i)
                    while s.recv(65536): pass
            """;

    private final Received received = new Received();
    private final Drops drops = new Drops();
    private PrivateNetwork network;
    private LiveCapture capture;
    private Thread thread;

    @BeforeEach
    void makeNetwork() throws Exception {
        network = new PrivateNetwork();
        network.service("lo").serve("169.254.169.254");
    }

    @AfterEach
    void removeNetwork() throws Exception {
        capture.close();
        thread.join(5_000);
        network.close();
    }

    private void start(LiveOptions options) throws Exception {
        capture = network.on(() ->
                LiveCapture.open("lo", Endpoints.EC2, received, drops, options.with(PacketSockets::attachFilter)));
        thread = new Thread(() -> {
            try {
                capture.run();
            } catch (CaptureException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
    }

    private void call(int times) throws Exception {
        network.inside("python3", "-c", CALLS, Integer.toString(times));
    }

    private int missing(int times) {
        int missing = 0;
        for (int i = 0; i < times; i++) {
            missing += received.sawPayload("GET /burst-" + i + " HTTP/1.0") ? 0 : 1;
        }
        return missing;
    }

    @Test
    void threeHundredConnectionsFitWhileNobodyReads() throws Exception {
        start(LiveOptions.defaults().delayed());
        synchronized (received) { // as a cold virtual machine does, or one that is stopped
            call(CONNECTIONS);
        }
        for (int i = 0;
                i < 400 && missing(CONNECTIONS) > 0;
                i++) { // at the end there is half a second only to hand it on
            Thread.sleep(50);
        }
        capture.close();
        assertEquals(0, missing(CONNECTIONS));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void withoutDelayTheyDoNotAndWhatIsLostIsCounted() throws Exception {
        start(LiveOptions.defaults());
        synchronized (received) {
            call(CONNECTIONS);
        }
        capture.close();
        assertTrue(missing(CONNECTIONS) > 0, "the ring has grown: is the delay still of use?");
        assertTrue(drops.get(Drop.KERNEL_RING) > 0, "lost and not counted");
    }

    @Test
    void whatCameInTheLastMomentBeforeTheEndIsHandedOn() throws Exception {
        start(LiveOptions.defaults().delayed());
        for (int i = 0; i < 5; i++) {
            call(3);
        }
        capture.close();
        assertEquals(0, missing(3));
        assertEquals(15, received.requests(), "a request was lost in the kernel's last block");
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void aPacketWaitsNoLongerThanTheDelay() throws Exception {
        start(LiveOptions.defaults().delayed());
        long leastMillis = Long.MAX_VALUE;
        for (int i = 0; i < TRIES_MAX && leastMillis > ON_TIME_MILLIS; i++) {
            received.clear();
            call(1);
            long begun = System.nanoTime();
            while (missing(1) > 0 && System.nanoTime() - begun < 5_000_000_000L) {
                Thread.sleep(5);
            }
            assertEquals(0, missing(1));
            leastMillis = Math.min(leastMillis, (System.nanoTime() - begun) / 1_000_000);
        }
        assertTrue(leastMillis <= ON_TIME_MILLIS, "took at least " + leastMillis + " ms");
    }
}
