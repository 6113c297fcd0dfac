package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.PacketSockets;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Segment;
import io.imdsight.model.SegmentSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Captures in private network namespaces. Needs root, libpcap, iproute2, curl and python3. */
@Timeout(120)
class LiveCaptureIT {
    /** What closing may take, where the machine lets it: in one of so many tries. */
    private static final int CLOSE_MILLIS_MAX = 200;

    private static final int TRIES_MAX = 10;

    private static final String THREAD = "pcap-it";

    /** It may wake twice a second. A time-out of a millisecond woke it 1,400 times in these two. */
    private static final int IDLE_MILLIS = 2_000;

    private static final int WAKE_UPS_MAX = 50;

    private final Received received = new Received();
    private final Drops drops = new Drops();
    private PrivateNetwork network;
    private LiveCapture capture;
    private Thread thread;
    private volatile Throwable end;

    @BeforeEach
    void makeNetwork() throws Exception {
        network = new PrivateNetwork();
    }

    @AfterEach
    void removeNetwork() throws Exception {
        if (capture != null) {
            capture.close();
        }
        network.close();
    }

    private void start(String interfaceName, LiveOptions options) throws Exception {
        start(interfaceName, options, received);
    }

    private void start(String interfaceName, LiveOptions options, SegmentSink sink) throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        thread = new Thread(() -> {
            try {
                network.enter();
                capture = LiveCapture.open(interfaceName, Endpoints.EC2, sink, drops, options);
                opened.countDown();
                capture.run();
            } catch (Throwable e) {
                end = e;
                opened.countDown();
            }
        });
        thread.setName(THREAD);
        thread.start();
        assertTrue(opened.await(30, TimeUnit.SECONDS));
        if (end != null) {
            throw new AssertionError("cannot open", end);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(25);
        }
        assertTrue(condition.getAsBoolean(), "did not happen within 25 s");
    }

    private void curl(String url) throws IOException {
        network.inside("curl", "-sS", "-o", "/dev/null", "--max-time", "5", url);
    }

    private List<Segment> answers() {
        return received.all().stream()
                .filter(s -> Endpoints.EC2.isService(s.sourceHigh(), s.sourceLow(), s.sourcePort()))
                .filter(s -> s.payloadLength() > 0)
                .toList();
    }

    private void seesWholeRequestsAndShortAnswers(String linkName) throws Exception {
        curl("http://169.254.169.254/latest/meta-data/four");
        await(() -> received.sawPayload("GET /latest/meta-data/four HTTP/1.1"));
        await(() -> answers().stream().mapToInt(Segment::payloadLength).sum() > 5000);
        assertTrue(received.sawPayload("HTTP/1.1 200 OK"));
        assertTrue(received.sawPayload("Content-Length: 5000"));
        for (Segment s : answers()) {
            assertTrue(s.payloadCaptured() <= KernelFilter.ANSWER_BYTES, "an answer copied whole: " + s);
        }
        assertTrue(answers().stream().anyMatch(s -> s.payloadCaptured() < s.payloadLength()));
        assertTrue(
                received.all().stream().allMatch(s -> linkName.equals(s.link().name())), "wrong link");
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void aCaptureOfNothingSleeps() throws Exception {
        start("lo", LiveOptions.defaults());
        await(() -> thread.getState() == Thread.State.RUNNABLE && wakeUps() > 0);
        long before = wakeUps();
        Thread.sleep(IDLE_MILLIS);
        long woke = wakeUps() - before;
        assertTrue(woke <= WAKE_UPS_MAX, woke + " wake-ups in two seconds");
        assertNull(end);
    }

    /** How often the capture's thread gave the processor up by itself: proc_pid_status(5). */
    private static long wakeUps() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).strip().equals(THREAD)) {
                    return Files.readAllLines(task.resolve("status")).stream()
                            .filter(l -> l.startsWith("voluntary_ctxt_switches:"))
                            .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                            .sum();
                }
            }
            throw new AssertionError("the capture's thread has ended");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void onLoopbackRequestsComeWholeAndAnswersShort() throws Exception {
        network.service("lo").serve("169.254.169.254");
        start("lo", LiveOptions.defaults().with(PacketSockets::attachFilter));
        assertTrue(capture.description().contains("cut to"), capture.description());
        seesWholeRequestsAndShortAnswers("lo");
        long now = System.currentTimeMillis() * 1_000_000L;
        assertTrue(Math.abs(now - received.all().getFirst().timestampNanos()) < 60_000_000_000L);
        assertTrue(received.all().stream().anyMatch(s -> s.timestampNanos() % 1000 != 0), "microseconds only");
    }

    @Test
    void onAnyTheInterfaceOfEachPacketIsNamed() throws Exception {
        network.service("lo").serve("169.254.169.254");
        start(LiveCapture.ANY, LiveOptions.defaults().with(PacketSockets::attachFilter));
        seesWholeRequestsAndShortAnswers("lo");
        long segments = received.count();
        assertEquals(segments, received.all().stream().distinct().count(), "a packet on lo was delivered twice");
    }

    @Test
    void overIpv6Too() throws Exception {
        network.service("lo").serve("fd00:ec2::254");
        start("lo", LiveOptions.defaults().with(PacketSockets::attachFilter));
        curl("http://[fd00:ec2::254]/latest/meta-data/six");
        await(() -> received.sawPayload("GET /latest/meta-data/six HTTP/1.1"));
        await(() -> answers().stream().anyMatch(s -> s.payloadCaptured() < s.payloadLength()));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void onAVethBetweenTwoNamespaces() throws Exception {
        try (PrivateNetwork remote = new PrivateNetwork()) {
            network.inside(
                    "ip", "link", "add", "client0", "type", "veth", "peer", "name", "server0", "netns", remote.name);
            network.inside("ip", "link", "set", "client0", "up");
            network.inside("ip", "address", "add", "10.9.0.5/24", "dev", "client0");
            remote.inside("ip", "link", "set", "server0", "up");
            remote.inside("ip", "address", "add", "10.9.0.1/24", "dev", "server0");
            remote.service("server0");
            network.inside("ip", "route", "add", "169.254.169.254", "via", "10.9.0.1");
            remote.serve("169.254.169.254");
            start("client0", LiveOptions.defaults().with(PacketSockets::attachFilter));
            seesWholeRequestsAndShortAnswers("client0");
        }
    }

    @Test
    void withoutASocketFilterAnswersComeWhole() throws Exception {
        network.service("lo").serve("169.254.169.254");
        start("lo", LiveOptions.defaults());
        assertTrue(capture.description().contains("whole"), capture.description());
        curl("http://169.254.169.254/latest/");
        await(() -> answers().stream().mapToInt(Segment::payloadCaptured).sum() > 5000);
    }

    @Test
    void aSocketFilterThatFailsCostsShortAnswersOnly() throws Exception {
        start("lo", LiveOptions.defaults().with(program -> {
            throw new IOException("refused");
        }));
        assertTrue(capture.description().contains("whole (refused)"), capture.description());
    }

    @Test
    void otherTrafficStaysInTheKernel() throws Exception {
        network.service("lo").serve("127.0.0.1");
        start("lo", LiveOptions.defaults().with(PacketSockets::attachFilter));
        curl("http://127.0.0.1/other");
        Thread.sleep(700);
        assertEquals(0, received.count());
        assertEquals(0, capture.packetsReceived());
    }

    @Test
    void timePassesWhileNothingComes() throws Exception {
        start("lo", LiveOptions.defaults());
        await(() -> received.idleCount() >= 3);
        await(() -> System.currentTimeMillis() * 1_000_000L - received.lastIdle() < 3_000_000_000L);
    }

    @Test
    void closeIsPrompt() throws Exception {
        Duration least = Duration.ofDays(1);
        for (int i = 0; i < TRIES_MAX && least.toMillis() >= CLOSE_MILLIS_MAX; i++) {
            start("lo", LiveOptions.defaults());
            Thread.sleep(300);
            long before = System.nanoTime();
            capture.close();
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            least = took.compareTo(least) < 0 ? took : least;
            thread.join(10_000);
            assertTrue(!thread.isAlive() && end == null, "ended with " + end);
            capture.close();
        }
        assertTrue(least.toMillis() < CLOSE_MILLIS_MAX, "took at least " + least);
    }

    @Test
    void whatTheRingHoldsAtTheEndIsStillHandedOn() throws Exception {
        network.service("lo").serve("169.254.169.254");
        start("lo", LiveOptions.defaults().with(PacketSockets::attachFilter));
        Thread closer;
        synchronized (received) { // holds the capture up: everything stays in the ring
            for (int i = 0; i < 10; i++) {
                curl("http://169.254.169.254/held-" + i);
            }
            closer = new Thread(() -> capture.close());
            closer.start();
            Thread.sleep(300);
        }
        closer.join(20_000);
        for (int i = 0; i < 10; i++) {
            assertTrue(received.sawPayload("GET /held-" + i + " HTTP/1.1"), "lost: " + i);
        }
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void whatThereIsNoTimeToHandOnIsCountedAsLost() throws Exception {
        network.service("lo").serve("169.254.169.254");
        start("lo", LiveOptions.defaults(), s -> {
            received.segment(s);
            LockSupport.parkNanos(30_000_000);
        });
        synchronized (received) { // all that is called waits in the ring, however long calling takes: six seconds' work
            for (int i = 0; i < 20; i++) {
                curl("http://169.254.169.254/slow-" + i);
            }
        }
        long before = System.nanoTime();
        capture.close();
        long tookMillis = (System.nanoTime() - before) / 1_000_000;
        assertTrue(tookMillis < 4_000, "took " + tookMillis);
        assertTrue(drops.get(Drop.KERNEL_RING) > 0, "nothing counted after " + received.count());
    }

    @Test
    void closeBeforeRunAndRightAfterOpenIsFine() throws Exception {
        network.on(() -> {
            LiveCapture.open("lo", Endpoints.EC2, received, drops, LiveOptions.defaults())
                    .close();
            return null;
        });
        for (int i = 0; i < 20; i++) {
            start("lo", LiveOptions.defaults());
            capture.close();
            thread.join(20_000);
            assertTrue(!thread.isAlive(), "still running");
            assertNull(end);
        }
    }

    @Test
    void anInterfaceThatGoesIsReported() throws Exception {
        network.inside("ip", "link", "add", "gone0", "type", "veth", "peer", "name", "gone1");
        network.inside("ip", "link", "set", "gone0", "up");
        start("gone0", LiveOptions.defaults());
        network.inside("ip", "link", "delete", "gone0");
        thread.join(10_000);
        CaptureException e = assertInstanceOf(CaptureException.class, end);
        assertEquals(CaptureException.Kind.INTERFACE_GONE, e.kind(), e.getMessage());
    }

    @Test
    void anInterfaceThatGoesDownAndUpAgainIsCapturedOn() throws Exception {
        network.inside("ip", "link", "add", "flap0", "type", "veth", "peer", "name", "flap1");
        network.inside("ip", "link", "set", "flap0", "up");
        network.inside("ip", "link", "set", "flap1", "up");
        start("flap0", LiveOptions.defaults());
        network.inside("ip", "link", "set", "flap0", "down");
        Thread.sleep(300);
        network.inside("ip", "link", "set", "flap0", "up");
        network.inside("ip", "address", "add", "10.9.0.5/24", "dev", "flap0");
        network.inside("ip", "route", "add", "169.254.169.254/32", "dev", "flap0");
        network.inside("ip", "neigh", "replace", "169.254.169.254", "lladdr", "02:00:00:00:00:01", "dev", "flap0");
        assertThrows(
                IOException.class, () -> network.inside("curl", "-sS", "--max-time", "1", "http://169.254.169.254/"));
        await(() -> received.count() > 0);
    }

    @Test
    void aReceiverThatThrowsEndsTheCaptureAloud() throws Exception {
        network.service("lo").serve("169.254.169.254");
        thread = new Thread(() -> {
            network.enter();
            try {
                capture = LiveCapture.open(
                        "lo",
                        Endpoints.EC2,
                        s -> {
                            throw new IllegalArgumentException("bug");
                        },
                        drops,
                        LiveOptions.defaults());
                capture.run();
            } catch (Throwable e) {
                end = e;
            }
        });
        thread.start();
        await(() -> capture != null);
        Thread.sleep(200);
        curl("http://169.254.169.254/");
        thread.join(20_000);
        assertInstanceOf(IllegalStateException.class, end);
        assertInstanceOf(IllegalArgumentException.class, end.getCause());
    }

    @Test
    void anInterfaceThatIsNotThereIsNamed() {
        AssertionError e = assertThrows(AssertionError.class, () -> start("nosuch0", LiveOptions.defaults()));
        CaptureException cause = assertInstanceOf(CaptureException.class, e.getCause());
        assertEquals(CaptureException.Kind.NO_SUCH_INTERFACE, cause.kind(), cause.getMessage());
        assertTrue(cause.getMessage().contains("nosuch0"));
    }

    /** What the process without the capability runs. */
    static final class Unprivileged {
        public static void main(String[] args) throws Exception {
            try {
                LiveCapture.open("lo", Endpoints.EC2, s -> {}, new Drops(), LiveOptions.defaults())
                        .close();
            } catch (CaptureException e) {
                System.out.println(e.kind() + " " + e.getMessage());
            }
        }
    }

    private String unprivileged(String... more) throws Exception {
        List<String> command = new java.util.ArrayList<>(
                List.of("setpriv", "--bounding-set=-net_raw", System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(more));
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Unprivileged.class.getName()));
        return network.inside(command.toArray(String[]::new));
    }

    @Test
    void withoutTheCapabilityItIsNamed() throws Exception {
        String said = unprivileged();
        assertTrue(said.contains("NOT_PERMITTED") && said.contains("CAP_NET_RAW"), said);
    }

    @Test
    void withoutLibpcapThePackageIsNamed() throws Exception {
        String said = unprivileged("-Dorg.pcap4j.core.pcapLibName=nosuchpcap");
        assertTrue(said.contains("NO_LIBPCAP") && said.contains("libpcap0.8"), said);
    }

    @Test
    void theRingHoldsTheFramesThatTheOptionsPromise() throws Exception {
        // measured: frm_size:16336 with a link header, 16352 cooked, frm_nr:514
        for (String name : List.of("lo", LiveCapture.ANY)) {
            start(name, LiveOptions.defaults());
            String sockets = network.inside("ss", "-0", "-e", "-H");
            assertTrue(
                    sockets.matches("(?s).*blk_size:16384,blk_nr:51\\d,frm_size:163\\d\\d,frm_nr:51\\d,.*"), sockets);
            capture.close();
        }
    }
}
