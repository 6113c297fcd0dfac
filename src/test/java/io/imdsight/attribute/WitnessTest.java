package io.imdsight.attribute;

import static io.imdsight.attribute.SocketState.CLOSE;
import static io.imdsight.attribute.SocketState.ESTABLISHED;
import static io.imdsight.attribute.SocketState.SYN_SENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Connection;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.IpAddress;
import io.imdsight.model.KernelOnly;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WitnessTest {
    private static final IpAddress SELF = IpAddress.parse("10.0.0.5");
    private static final IpAddress GATEWAY = IpAddress.parse("10.0.0.1");
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long HERE = 4_026_531_840L;
    private static final long ELSEWHERE = 4_026_532_000L;

    /** Between the clock of the records and that of the packets; a whole minute. */
    private static final long OFFSET = 1_699_999_980_000_000_000L;

    private final Drops drops = new Drops();
    private long nowNanos = SECOND;
    private Witness witness = new Witness(drops, () -> nowNanos);

    private static Connection tuple(int port) {
        return new Connection(SELF, port, IpAddress.IMDS_V4, 80);
    }

    private void change(long socket, int oldState, int newState, int port) {
        witness.kernel(
                new SocketState(nowNanos, 1, socket, oldState, newState, SELF, port, IpAddress.IMDS_V4, 80),
                OFFSET,
                newState == SYN_SENT ? HERE : 0);
    }

    private void connect(long socket) {
        change(socket, CLOSE, SYN_SENT, 0);
    }

    private void establish(long socket, int port) {
        change(socket, SYN_SENT, ESTABLISHED, port);
    }

    private void close(long socket, int port) {
        change(socket, 5, CLOSE, port);
    }

    /** What the capture says of a connection that it sees from begin to end. */
    private long capture(int port) {
        long opened = OFFSET + nowNanos;
        witness.captured(tuple(port), opened);
        return opened;
    }

    private void request(int port, long opened) {
        witness.requested(tuple(port), opened);
    }

    private void end(int port, long opened) {
        witness.ended(tuple(port), opened);
    }

    private void later(long nanos) {
        nowNanos += nanos;
        witness.tick();
    }

    private void expect(long both, long kernelOnly, long captureOnly, long withoutRequest) {
        ConnectionCounts c = witness.total();
        String all = c.toString();
        assertEquals(both, c.both(), all);
        assertEquals(kernelOnly, c.kernelOnly(), all);
        assertEquals(captureOnly, c.captureOnly(), all);
        assertEquals(withoutRequest, c.withoutRequest(), all);
        assertEquals(
                kernelOnly,
                c.reasons().values().stream().mapToLong(Long::longValue).sum(),
                all);
        assertEquals(both + kernelOnly + captureOnly, c.connections(), all);
    }

    @Test
    void aConnectionThatBothSawIsCountedAtOnceAndLeavesNothing() {
        connect(1);
        long opened = capture(40000);
        establish(1, 40000);
        expect(1, 0, 0, 0);
        request(40000, opened);
        end(40000, opened);
        close(1, 40000);
        assertEquals(0, witness.size());
        later(60 * SECOND);
        expect(1, 0, 0, 0);
    }

    @Test
    void theOrderInWhichTheNewsComeDoesNotMatter() {
        long opened = capture(40000);
        request(40000, opened);
        end(40000, opened); // all of the packets before any record
        nowNanos -= MS / 10;
        connect(1);
        establish(1, 40000);
        close(1, 40000);
        expect(1, 0, 0, 0);
        assertEquals(0, witness.size());
        connect(2); // all of the records before any packet
        establish(2, 40001);
        long second = OFFSET + nowNanos;
        close(2, 40001);
        later(SECOND);
        witness.captured(tuple(40001), second);
        request(40001, second);
        end(40001, second);
        expect(2, 0, 0, 0);
        assertEquals(0, witness.size());
    }

    @Test
    void aConnectionWithoutARequestIsCountedAsSuch() {
        connect(1);
        long opened = capture(40000);
        establish(1, 40000);
        end(40000, opened);
        expect(1, 0, 0, 0);
        close(1, 40000);
        expect(1, 0, 0, 1);
    }

    @Test
    void aRefusedConnectWhoseSynWasCapturedIsSeenByBothAndOneWithoutAPacketIsRefused() {
        connect(1);
        long opened = capture(40000);
        end(40000, opened);
        change(1, SYN_SENT, CLOSE, 40000);
        expect(1, 0, 0, 0);
        connect(2);
        change(2, SYN_SENT, CLOSE, 0);
        later(6 * SECOND);
        expect(1, 1, 0, 0);
        assertEquals(Map.of(KernelOnly.REFUSED, 1L), witness.total().reasons());
    }

    @Test
    void aMissIsDecidedWhenTheCaptureHasHadItsChanceAndExplainedWhereItCan() {
        witness.capturing(namespace -> namespace == HERE);
        connect(1);
        establish(1, 40000);
        later(4 * SECOND);
        expect(0, 0, 0, 0);
        later(2 * SECOND);
        expect(0, 1, 0, 0);
        witness.kernel(
                new SocketState(nowNanos, 1, 2, CLOSE, SYN_SENT, SELF, 0, IpAddress.IMDS_V4, 80), OFFSET, ELSEWHERE);
        establish(2, 40001);
        close(2, 40001);
        later(6 * SECOND);
        connect(3);
        establish(3, 40002);
        drops.add(Drop.KERNEL_RING, 3);
        later(6 * SECOND);
        expect(0, 3, 0, 0);
        assertEquals(
                Map.of(KernelOnly.UNEXPLAINED, 1L, KernelOnly.OTHER_NAMESPACE, 1L, KernelOnly.DROPPED, 1L),
                witness.total().reasons());
    }

    @Test
    void packetsLostWhileTheWholeAgentStoodStillExplainWhatWasMissedThen() {
        later(SECOND);
        long before = nowNanos;
        nowNanos += 10 * SECOND; // it wakes, and the capture counts first
        drops.add(Drop.KERNEL_RING, 500);
        long now = nowNanos;
        nowNanos = before + SECOND;
        connect(1);
        establish(1, 40000);
        close(1, 40000);
        nowNanos = now;
        later(6 * SECOND);
        expect(0, 1, 0, 0);
        assertEquals(Map.of(KernelOnly.DROPPED, 1L), witness.total().reasons());
    }

    @Test
    void aPacketThatComesAfterTheDecisionChangesNothing() {
        connect(1);
        establish(1, 40000);
        long opened = OFFSET + nowNanos;
        later(6 * SECOND);
        expect(0, 1, 0, 0);
        witness.captured(tuple(40000), opened);
        end(40000, opened);
        close(1, 40000);
        later(60 * SECOND);
        expect(0, 1, 0, 0);
        assertEquals(0, witness.size());
    }

    @Test
    void whatTheKernelDidNotSeeIsTheCapturesAlone() {
        long opened = capture(40000);
        request(40000, opened);
        later(6 * SECOND);
        expect(0, 0, 1, 0);
        end(40000, opened);
        assertEquals(0, witness.size());
        long syn = capture(40001);
        later(100 * SECOND);
        expect(0, 0, 1, 0);
        end(40001, syn);
        later(6 * SECOND);
        expect(0, 0, 2, 0);
    }

    @Test
    void aPortUsedAgainAndAgainIsAsManyConnections() {
        for (int i = 0; i < 1_000; i++) {
            nowNanos += MS / 10;
            connect(1);
            long opened = i % 10 == 0 ? 0 : capture(40000);
            nowNanos += MS / 10;
            establish(1, 40000);
            if (opened != 0) {
                request(40000, opened);
                end(40000, opened);
            }
            close(1, 40000);
        }
        later(6 * SECOND);
        later(6 * SECOND);
        expect(900, 100, 0, 0);
        assertEquals(0, witness.size());
    }

    @Test
    void aCaptureThatLagsFindsEachUseOfAPort() {
        for (int i = 0; i < 100; i++) {
            nowNanos += MS;
            connect(1);
            establish(1, 40000);
            nowNanos += MS;
            close(1, 40000);
        }
        for (int i = 100; i > 0; i--) {
            long opened = OFFSET + nowNanos - 2 * MS * i + MS + 50_000;
            witness.captured(tuple(40000), opened);
            request(40000, opened);
            end(40000, opened);
        }
        expect(100, 0, 0, 0);
        assertEquals(0, witness.size());
    }

    @Test
    void twoNamespacesWithTheSameAddressesAreTwoConnections() {
        connect(1);
        connect(2);
        establish(1, 40000);
        establish(2, 40000);
        long first = capture(40000);
        end(40000, first);
        later(6 * SECOND);
        expect(1, 1, 0, 0);
        nowNanos += SECOND;
        connect(3);
        connect(4);
        long third = capture(40001);
        nowNanos += 1_000;
        long fourth = capture(40001);
        establish(3, 40001);
        establish(4, 40001);
        request(40001, third);
        request(40001, fourth);
        expect(3, 1, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere here sight", "here elsewhere sight", "sight here elsewhere"})
    void ofTwoSuchNamespacesTheCapturedOnesConnectionIsTheOneThatWasSeen(String order) {
        witness.capturing(namespace -> namespace == HERE);
        for (String news : order.split(" ", -1)) {
            nowNanos += 1_000;
            switch (news) {
                case "sight" -> end(40000, capture(40000));
                case "here" -> {
                    connect(1);
                    establish(1, 40000);
                }
                default -> {
                    witness.kernel(
                            new SocketState(nowNanos, 1, 2, CLOSE, SYN_SENT, SELF, 0, IpAddress.IMDS_V4, 80),
                            OFFSET,
                            ELSEWHERE);
                    establish(2, 40000);
                }
            }
        }
        later(6 * SECOND);
        expect(1, 1, 0, 0);
        assertEquals(Map.of(KernelOnly.OTHER_NAMESPACE, 1L), witness.total().reasons());
    }

    @Test
    void aTranslatedConnectionIsOneUnderWhicheverNameItWasSeenFirst() {
        Connection behind = new Connection(GATEWAY, 61000, IpAddress.IMDS_V4, 80);
        connect(1);
        establish(1, 40000);
        long opened = capture(40000);
        witness.translated(tuple(40000), opened, behind);
        expect(1, 0, 0, 0);
        connect(2);
        establish(2, 40001);
        opened = OFFSET + nowNanos;
        witness.captured(behind, opened);
        expect(1, 0, 0, 0);
        witness.translated(behind, opened, tuple(40001));
        expect(2, 0, 0, 0);
        witness.requested(behind, opened);
        witness.ended(behind, opened);
        close(2, 40001);
        expect(2, 0, 0, 0);
        opened = OFFSET + nowNanos; // the capture says both names before the kernel says one
        witness.captured(behind, opened);
        witness.translated(behind, opened, tuple(40002));
        connect(3);
        establish(3, 40002);
        witness.requested(behind, opened);
        witness.ended(behind, opened);
        close(3, 40002);
        expect(3, 0, 0, 0);
        later(60 * SECOND);
        expect(3, 0, 0, 0);
    }

    @Test
    void whatConnectedBeforeTheCaptureOrAfterItIsNoMiss() {
        connect(1);
        establish(1, 40000);
        later(SECOND);
        witness.captureBegan(OFFSET + nowNanos);
        connect(2);
        establish(2, 40001);
        later(SECOND);
        witness.captureEnds(OFFSET + nowNanos);
        later(SECOND);
        connect(3);
        establish(3, 40002);
        witness.finish();
        expect(0, 1, 0, 0);
    }

    @Test
    void aConnectionThatTheCaptureForgotAndSeesAgainIsTheSame() {
        connect(1);
        long opened = capture(40000);
        establish(1, 40000);
        end(40000, opened); // forgotten after two silent minutes
        later(300 * SECOND);
        long again = capture(40000);
        request(40000, again);
        end(40000, again);
        close(1, 40000);
        expect(1, 0, 0, 0);
        assertEquals(0, witness.size());
    }

    @Test
    void aDeadAddressIsDecidedWhenTheKernelGivesUpOrTheRunEnds() {
        connect(1);
        long opened = capture(40000);
        later(127 * SECOND);
        expect(0, 0, 0, 0);
        change(1, SYN_SENT, CLOSE, 40000);
        expect(1, 0, 0, 0);
        end(40000, opened);
        connect(2);
        capture(40001);
        connect(3);
        witness.finish();
        expect(2, 1, 0, 0);
        assertEquals(Map.of(KernelOnly.REFUSED, 1L), witness.total().reasons());
    }

    @Test
    void lostRecordsMakeNoMissOfWhatTheCaptureSaw() {
        connect(1);
        long opened = capture(40000);
        witness.lost(); // its establishment, too
        close(1, 40000);
        request(40000, opened);
        end(40000, opened);
        expect(1, 0, 0, 0);
        nowNanos += SECOND;
        establish(2, 40001); // its connect was lost
        long second = capture(40001);
        request(40001, second);
        end(40001, second);
        close(2, 40001);
        expect(2, 0, 0, 0);
        nowNanos += SECOND;
        connect(3); // all that follows was lost, but its SYN was captured
        capture(40002);
        connect(4); // this one's was not
        witness.lost();
        later(Witness.HALF_OPEN_NANOS + SECOND);
        expect(3, 1, 0, 0);
        assertEquals(Map.of(KernelOnly.UNDECIDED, 1L), witness.total().reasons());
    }

    /** The kernel says that a record was lost with the ring's next one, which may never come; a socket that connects again says it, too. */
    @Test
    void aConnectWhoseEndWasLostUnnoticedIsNeitherRefusedNorCountedTwice() {
        connect(1);
        long opened = capture(40000);
        request(40000, opened);
        end(40000, opened);
        nowNanos += MS;
        connect(1); // another one with the same socket's place in memory
        later(6 * SECOND);
        expect(1, 0, 0, 0);
        connect(2);
        nowNanos += MS;
        connect(2);
        witness.finish();
        assertEquals(
                Map.of(KernelOnly.UNDECIDED, 1L, KernelOnly.REFUSED, 2L),
                witness.total().reasons());
    }

    @Test
    void aConnectFromBeforeALossIsNotTakenForRefusedThoughItsRecordComesAfterTheLoss() {
        nowNanos += SECOND;
        witness.lost(); // another CPU's ring says so first
        nowNanos -= SECOND;
        connect(1);
        nowNanos += 2 * SECOND;
        connect(2); // after the loss
        witness.finish();
        assertEquals(
                Map.of(KernelOnly.UNDECIDED, 1L, KernelOnly.REFUSED, 1L),
                witness.total().reasons());
    }

    @Test
    void anEstablishmentThatCameOutOfTheRingsFirstIsNoSecondConnection() {
        nowNanos += 1_000;
        establish(1, 40000);
        nowNanos -= 1_000;
        connect(1);
        capture(40000);
        later(6 * SECOND);
        expect(1, 0, 0, 0);
    }

    @Test
    void theSecondSocketOfAMultipathConnectionIsNoSecondConnection() {
        connect(1);
        establish(1, 40000);
        establish(2, 40000);
        capture(40000);
        later(6 * SECOND);
        expect(1, 0, 0, 0);
    }

    @Test
    void aConnectionOlderThanTheProbeIsTheCapturesAlone() {
        long opened = capture(40000);
        request(40000, opened);
        close(9, 40000);
        end(40000, opened);
        later(6 * SECOND);
        expect(0, 0, 1, 0);
    }

    @Test
    void aMillionHalfOpenConnectsCostNoMoreThanTheTableAndTheForgottenAreCounted() {
        for (int i = 0; i < 1_000_000; i++) {
            nowNanos += 10_000;
            connect(i);
            if (i % 1_000 == 0) {
                long socket = 10_000_000L + i;
                connect(socket);
                int port = 1024 + i / 1_000;
                long opened = capture(port);
                establish(socket, port);
                request(port, opened);
                end(port, opened);
                close(socket, port);
            }
            if (i % 100_000 == 0) {
                witness.tick();
            }
            assertTrue(witness.size() <= Witness.CONNECTIONS_MAX);
        }
        witness.finish();
        expect(1_000, 1_000_000, 0, 0);
        long forgotten = drops.get(Drop.WITNESS);
        assertTrue(forgotten >= 1_000_000 - Witness.CONNECTIONS_MAX, Long.toString(forgotten));
        assertEquals(forgotten, witness.total().reasons().get(KernelOnly.UNDECIDED));
        assertEquals(0, witness.size());
    }

    @Test
    void aFloodThatWasCapturedIsPairedAsItIsForgotten() {
        witness = new Witness(drops, () -> nowNanos, 1_000);
        for (int i = 0; i < 50_000; i++) {
            nowNanos += 10_000;
            connect(i);
            nowNanos += 1_000;
            capture(1024 + i);
        }
        witness.finish();
        expect(50_000, 0, 0, 0);
        assertTrue(drops.get(Drop.WITNESS) > 0);
    }

    @Test
    void aFloodWhereNothingIsCapturedForgetsNoConnectionThatIs() {
        witness = new Witness(drops, () -> nowNanos, 1_000);
        witness.capturing(namespace -> namespace == HERE);
        connect(1);
        establish(1, 1024);
        for (int i = 0; i < 50_000; i++) {
            nowNanos += 10_000;
            SocketState begun = new SocketState(nowNanos, 1, 10 + i, CLOSE, SYN_SENT, SELF, 0, IpAddress.IMDS_V4, 80);
            witness.kernel(begun, OFFSET, ELSEWHERE);
            establish(10 + i, 2_000 + i % 60_000);
            close(10 + i, 2_000 + i % 60_000);
            assertTrue(witness.size() <= 1_000);
        }
        long opened = capture(1024);
        request(1024, opened);
        end(1024, opened);
        close(1, 1024);
        witness.finish();
        expect(1, 50_000, 0, 0);
        assertEquals(0, drops.get(Drop.WITNESS));
        assertEquals(50_000, witness.total().reasons().get(KernelOnly.OTHER_NAMESPACE));
    }

    @Test
    void aClockThatWasSetMeanwhileMakesNoMiss() {
        connect(1);
        establish(1, 40000);
        close(1, 40000);
        long opened = OFFSET + nowNanos + 400 * MS;
        witness.captured(tuple(40000), opened);
        request(40000, opened);
        end(40000, opened);
        later(6 * SECOND);
        expect(1, 0, 0, 0);
    }

    /** Whatever the order of news from two threads, each connection is in the count where it belongs, once. */
    @Test
    void anyMixtureAddsUp() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            witness = new Witness(drops, () -> nowNanos);
            nowNanos += SECOND;
            Map<String, Integer> expected = new HashMap<>();
            Mixture mixture = new Mixture(random);
            for (int i = 0; i < 60; i++) {
                mixture.connection(i, random.nextInt(5), expected);
            }
            mixture.run();
            witness.finish();
            String mixed = "seed " + seed + " " + witness.total() + " " + expected;
            assertEquals(
                    expected.getOrDefault("both", 0).longValue(),
                    witness.total().both(),
                    mixed);
            assertEquals(
                    expected.getOrDefault("kernel", 0).longValue(),
                    witness.total().kernelOnly(),
                    mixed);
            assertEquals(
                    expected.getOrDefault("capture", 0).longValue(),
                    witness.total().captureOnly(),
                    mixed);
            assertEquals(
                    expected.getOrDefault("silent", 0).longValue(),
                    witness.total().withoutRequest(),
                    mixed);
            assertEquals(0, witness.size());
        }
    }

    /** Two streams of news, each in order, mixed at random. */
    private final class Mixture {
        private final Random random;
        private final ArrayDeque<Runnable> kernel = new ArrayDeque<>();
        private final ArrayDeque<Runnable> capture = new ArrayDeque<>();

        Mixture(Random random) {
            this.random = random;
        }

        void connection(int socket, int kind, Map<String, Integer> expected) {
            int port = (kind == 0 ? 50000 : 40000) + random.nextInt(4); // used again and again
            long begin = nowNanos;
            nowNanos += MS;
            long end = nowNanos;
            nowNanos += 60 * MS;
            boolean seenByKernel = kind != 0;
            boolean seenByCapture = kind != 1;
            if (seenByKernel) {
                at(begin, socket, CLOSE, SYN_SENT, 0);
                if (kind != 2) {
                    at(begin + MS / 2, socket, SYN_SENT, ESTABLISHED, port);
                }
                at(end, socket, kind == 2 ? SYN_SENT : 5, CLOSE, port);
            }
            if (seenByCapture) {
                long opened = OFFSET + begin + MS / 4;
                capture.add(() -> witness.captured(tuple(port), opened));
                if (kind == 0 || kind == 3) {
                    capture.add(() -> witness.requested(tuple(port), opened));
                }
                capture.add(() -> witness.ended(tuple(port), opened));
            }
            expected.merge(seenByKernel ? seenByCapture ? "both" : "kernel" : "capture", 1, Integer::sum);
            expected.merge("silent", kind == 4 ? 1 : 0, Integer::sum);
        }

        private void at(long nanos, int socket, int oldState, int newState, int port) {
            kernel.add(() -> witness.kernel(
                    new SocketState(nanos, 1, socket % 7, oldState, newState, SELF, port, IpAddress.IMDS_V4, 80),
                    OFFSET,
                    HERE));
        }

        void run() {
            while (!kernel.isEmpty() || !capture.isEmpty()) {
                boolean first = random.nextBoolean();
                Runnable next = (first ? kernel : capture).poll();
                if (next != null) {
                    next.run();
                }
            }
        }
    }
}
