package io.imdsight.attribute;

import static io.imdsight.attribute.SocketState.CLOSE;
import static io.imdsight.attribute.SocketState.ESTABLISHED;
import static io.imdsight.attribute.SocketState.SYN_SENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Evidence;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectTableTest {
    private static final IpAddress SELF = IpAddress.parse("10.0.0.5");
    private static final Connection TUPLE = new Connection(SELF, 40000, IpAddress.IMDS_V4, 80);
    private static final long MS = 1_000_000;

    /** Between the two clocks of the records and the packets. */
    private static final long OFFSET = 1_700_000_000_000_000_000L;

    /** Two network namespaces. */
    private static final long HERE = 4_026_531_840L;

    private static final long ELSEWHERE = 4_026_532_000L;

    private final Drops drops = new Drops();
    private final ConnectTable table = new ConnectTable(Endpoints.EC2, drops);

    @Test
    void aConnectIsFoundByItsAddressesAndPorts() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        assertSame(c, table.find(TUPLE, OFFSET + 10 * MS + 50_000));
        assertEquals(100, c.pid);
        assertNull(table.find(new Connection(SELF, 40001, IpAddress.IMDS_V4, 80), OFFSET + 10 * MS));
    }

    @Test
    void aPortUsedAgainLeadsToTheConnectOfItsTime() {
        Connect first = connect(1, 10 * MS, 100, 40000);
        change(1, 20 * MS, 0, ESTABLISHED, CLOSE, 40000);
        Connect second = connect(1, 21 * MS, 200, 40000);
        change(1, 30 * MS, 0, ESTABLISHED, CLOSE, 40000);
        assertSame(first, table.find(TUPLE, OFFSET + 10 * MS + 40_000));
        assertSame(first, table.find(TUPLE, OFFSET + 19 * MS));
        assertSame(second, table.find(TUPLE, OFFSET + 21 * MS + 40_000));
        assertSame(second, table.find(TUPLE, OFFSET + 29 * MS));
    }

    @Test
    void aConnectLongOverNamesNobody() {
        connect(1, 10 * MS, 100, 40000);
        change(1, 20 * MS, 0, ESTABLISHED, CLOSE, 40000);
        assertSame(100, table.find(TUPLE, OFFSET + 22 * MS).pid);
        assertNull(table.find(TUPLE, OFFSET + 500 * MS));
        assertNull(table.find(TUPLE, OFFSET + 1 * MS));
    }

    @Test
    void twoNamespacesWithTheSameAddressesAreToldApartByTheSynOrNotAtAll() {
        Connect first = connect(1, 10 * MS, 100, 40000);
        Connect second = connect(2, 5_000 * MS, 200, 40000);
        assertSame(first, table.find(TUPLE, OFFSET + 10 * MS + 30_000));
        assertSame(second, table.find(TUPLE, OFFSET + 5_000 * MS + 30_000));
        assertNull(table.find(TUPLE, OFFSET + 9_000 * MS));
        connect(3, 5_001 * MS, 300, 40000);
        assertNull(table.find(TUPLE, OFFSET + 5_001 * MS + 30_000));
    }

    @Test
    void ofTwoNamespacesWithTheSameAddressesTheCapturedOneIsMeant() {
        table.known().capturing(namespace -> namespace == HERE);
        for (List<Long> order : List.of(List.of(HERE, ELSEWHERE), List.of(ELSEWHERE, HERE))) {
            long at = order.getFirst() == HERE ? 10 * MS : 1_000 * MS;
            int port = order.getFirst() == HERE ? 40000 : 40001;
            Connection tuple = new Connection(SELF, port, IpAddress.IMDS_V4, 80);
            Connect first = connect(at, at, 100, port);
            Connect second = connect(at + 1, at + 105, 200, port);
            assertNull(table.find(tuple, OFFSET + at + 50_000), "nobody knows yet where they are");
            first.namespace = order.getFirst();
            second.namespace = order.getLast();
            assertSame(order.getFirst() == HERE ? first : second, table.find(tuple, OFFSET + at + 50_000));
            first.namespace = ELSEWHERE;
            second.namespace = ELSEWHERE + 1;
            assertNull(table.find(tuple, OFFSET + at + 50_000), "one of two that are translated");
        }
    }

    @Test
    void whoSendsInAnotherNamespaceWithTheSameAddressesSendsNotOnThisConnection() {
        Connect here = connect(1, 10 * MS, 100, 40000);
        assertNull(table.sent(7, 20 * MS, OFFSET + 20 * MS, TUPLE, ELSEWHERE));
        assertSame(here, table.sent(1, 20 * MS, OFFSET + 20 * MS, TUPLE, HERE));
    }

    @Test
    void aPortThatWasUsedAndLeftWhileTheNextConnectHadBegunIsEachOnesAtItsTime() {
        change(1, 10 * MS, 100, CLOSE, SYN_SENT, 0); // and is put to sleep before the kernel chooses its port
        Connect between = connect(2, 10 * MS + 400_000, 200, 40000);
        change(2, 11 * MS, 0, ESTABLISHED, CLOSE, 40000);
        change(1, 12 * MS, 0, SYN_SENT, ESTABLISHED, 40000);
        change(1, 13 * MS, 0, ESTABLISHED, CLOSE, 40000);
        assertNull(table.find(TUPLE, OFFSET + 10 * MS + 420_000), "they may be of two namespaces");
        table.known().all().forEach(c -> c.namespace = HERE);
        assertSame(between, table.find(TUPLE, OFFSET + 10 * MS + 420_000));
        assertNull(table.find(TUPLE, OFFSET + 11 * MS - 10_000), "near the end it may be the next one's");
        assertEquals(100, table.find(TUPLE, OFFSET + 11 * MS + 970_000).pid);
    }

    @Test
    void aRefusedConnectLeavesNothing() {
        change(1, 10 * MS, 100, CLOSE, SYN_SENT, 0);
        change(1, 11 * MS, 0, SYN_SENT, CLOSE, 0);
        assertEquals(0, table.size());
        assertEquals(1, table.refused());
    }

    @Test
    void anEstablishmentThatCameOutOfTheRingsFirstIsJoined() {
        change(1, 11 * MS, 0, SYN_SENT, ESTABLISHED, 40000);
        change(1, 10 * MS, 100, CLOSE, SYN_SENT, 0);
        assertEquals(100, table.find(TUPLE, OFFSET + 10 * MS).pid);
    }

    @Test
    void anEarlierSocketsEstablishmentIsNotJoined() {
        change(1, 9 * MS, 0, SYN_SENT, ESTABLISHED, 40000);
        change(1, 10 * MS, 100, CLOSE, SYN_SENT, 0);
        assertNull(table.find(TUPLE, OFFSET + 10 * MS));
    }

    @Test
    void afterALossNothingHalfKnownAndNothingOpenNamesWhatCameLater() {
        Connect open = connect(1, 10 * MS, 100, 40000);
        change(2, 11 * MS, 200, CLOSE, SYN_SENT, 0);
        table.lost(OFFSET + 20 * MS, 20 * MS);
        change(2, 21 * MS, 0, SYN_SENT, ESTABLISHED, 40001);
        assertNull(table.find(new Connection(SELF, 40001, IpAddress.IMDS_V4, 80), OFFSET + 11 * MS));
        assertSame(open, table.find(TUPLE, OFFSET + 10 * MS + 1));
        assertNull(table.find(TUPLE, OFFSET + 100 * MS));
    }

    @Test
    void anOpenConnectIsKeptAndAClosedOneForgottenAfterTheGraceTime() {
        connect(1, 10 * MS, 100, 40000);
        connect(2, 10 * MS, 100, 40001);
        change(2, 20 * MS, 0, ESTABLISHED, CLOSE, 40001);
        table.expire(20 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(2, table.size());
        table.expire(21 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(1, table.size());
    }

    @Test
    void aResetThatOnlyTheCaptureSawTakesNoCallersName() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        table.closed(TUPLE, OFFSET + 10 * MS, OFFSET + 20 * MS, 20 * MS);
        assertSame(c, table.find(TUPLE, OFFSET + 500 * MS));
        change(1, 600 * MS, 0, ESTABLISHED, CLOSE, 40000);
        assertSame(c, table.find(TUPLE, OFFSET + 500 * MS), "asked for late, of a time when it was open");
        assertNull(table.find(TUPLE, OFFSET + 700 * MS));
    }

    @Test
    void aResetThatOnlyTheCaptureSawMakesNobodyForgottenWhoCallsLater() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        table.closed(TUPLE, OFFSET + 10 * MS, OFFSET + 20 * MS, 20 * MS);
        long later = 10 * ConnectTable.GRACE_NANOS;
        table.expire(later);
        assertSame(c, table.find(TUPLE, OFFSET + later));
        change(1, later + MS, 0, ESTABLISHED, CLOSE, 40000);
        table.expire(later + 2 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(0, table.size());
    }

    @Test
    void whatTheCaptureSawEndIsForgottenWhereTheKernelWillNotSayIt() {
        connect(1, 10 * MS, 100, 40000);
        table.lost(OFFSET + 15 * MS, 15 * MS);
        Connect older = new Connect(0, 101, 0, Connect.BEFORE_US);
        Connection another = new Connection(SELF, 40001, IpAddress.IMDS_V4, 80);
        table.seed(another, older);
        table.closed(another, OFFSET + 20 * MS, OFFSET + 30 * MS, 30 * MS);
        table.expire(16 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(1, table.size());
        table.expire(31 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(0, table.size());
    }

    @Test
    void whatTheCaptureSawEndIsNotTrustedOnceRecordsWereLost() {
        connect(1, 10 * MS, 100, 40000);
        table.closed(TUPLE, OFFSET + 10 * MS, OFFSET + 20 * MS, 20 * MS);
        table.lost(OFFSET + 30 * MS, 30 * MS);
        assertNull(table.find(TUPLE, OFFSET + 500 * MS));
    }

    @Test
    void aSenderOlderThanUsIsForgottenOnceTheCaptureSawItsConnectionEnd() {
        table.sent(7, 10 * MS, OFFSET + 10 * MS, TUPLE, HERE); // the kernel's word for its end has gone by
        table.closed(TUPLE, OFFSET + 10 * MS, OFFSET + 20 * MS, 20 * MS);
        table.expire(21 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(0, table.size());
    }

    @Test
    void whatOnlyTheCaptureSawEndIsALossWhereItMakesRoom() {
        connect(1, 5 * MS, 100, 1);
        Connection first = new Connection(SELF, 1, IpAddress.IMDS_V4, 80);
        table.find(first, OFFSET + 6 * MS);
        table.closed(first, OFFSET + 6 * MS, OFFSET + 7 * MS, 7 * MS);
        for (int i = 0; i < KnownConnects.CONNECTS_MAX; i++) {
            connect(2 + i, (10 + i) * MS, 100, 2 + i);
        }
        assertEquals(1, drops.get(Drop.CALLER_TABLE));
    }

    @Test
    void aResetThatOnlyTheCaptureSawIsNoWordOnWhoeverElseHasThePort() {
        Connect older = connect(1, 10 * MS, 100, 40000);
        Connect newer = connect(2, 50 * MS, 101, 40000);
        table.closed(TUPLE, OFFSET + 50 * MS, OFFSET + 60 * MS, 60 * MS);
        assertTrue(older.closedNanos == Connect.OPEN ^ newer.closedNanos == Connect.OPEN);
        Connect open = older.closedNanos == Connect.OPEN ? older : newer;
        assertSame(open, table.find(TUPLE, OFFSET + 500 * MS));
    }

    @Test
    void aClockThatIsSetForwardMakesNobodyForgotten() {
        Connect byKernel = connect(1, 10 * MS, 100, 40000);
        change(1, 20 * MS, 0, ESTABLISHED, CLOSE, 40000);
        Connect byCapture = connect(2, 10 * MS, 100, 40001);
        Connection second = new Connection(SELF, 40001, IpAddress.IMDS_V4, 80);
        table.closed(second, OFFSET + 10 * MS, OFFSET + 20 * MS, 20 * MS);
        Connect lost = connect(3, 10 * MS, 100, 40002);
        table.lost(OFFSET + 20 * MS, 20 * MS);
        // an hour more on the wall, a second on the machine
        table.expire(1_020 * MS);
        assertSame(byKernel, table.find(TUPLE, OFFSET + 15 * MS));
        assertSame(byCapture, table.find(second, OFFSET + 15 * MS));
        assertSame(lost, table.find(new Connection(SELF, 40002, IpAddress.IMDS_V4, 80), OFFSET + 15 * MS));
    }

    @Test
    void whatEndedWhileTheClockWasSetForwardIsForgottenAllTheSame() {
        table.seed(TUPLE, new Connect(0, 100, 0, Connect.BEFORE_US));
        long hour = 3_600_000 * MS;
        table.closed(TUPLE, OFFSET + 10 * MS, OFFSET + hour + 20 * MS, 20 * MS);
        table.expire(21 * MS + ConnectTable.GRACE_NANOS);
        assertEquals(0, table.size());
    }

    @Test
    void aFloodPushesOutTheOldestAndIsCounted() {
        for (int i = 0; i < KnownConnects.CONNECTS_MAX + 10; i++) {
            connect(1 + i, (10 + i) * MS, 100, 1 + i % 60000);
        }
        assertEquals(KnownConnects.CONNECTS_MAX, table.size());
        assertEquals(10, drops.get(Drop.CALLER_TABLE));
    }

    @Test
    void whatIsClosedAndAskedForMakesRoomWithoutBeingALoss() {
        Connect open = connect(1, 5 * MS, 100, 1);
        for (int i = 0; i < 2 * KnownConnects.CONNECTS_MAX; i++) {
            long nanos = (10 + i) * MS;
            int port = 2 + i % 60_000;
            connect(2 + i, nanos, 100, port);
            change(2 + i, nanos + 500_000, 0, ESTABLISHED, CLOSE, port);
            table.find(new Connection(SELF, port, IpAddress.IMDS_V4, 80), OFFSET + nanos + 100_000);
        }
        assertEquals(KnownConnects.CONNECTS_MAX, table.size());
        assertSame(open, table.find(new Connection(SELF, 1, IpAddress.IMDS_V4, 80), OFFSET + 6 * MS));
        assertEquals(0, drops.get(Drop.CALLER_TABLE));
    }

    @Test
    void whatIsClosedButNobodyAskedForIsALoss() {
        for (int i = 0; i < KnownConnects.CONNECTS_MAX + 10; i++) {
            connect(1 + i, (10 + i) * MS, 100, 1 + i);
            change(1 + i, (10 + i) * MS + 500_000, 0, ESTABLISHED, CLOSE, 1 + i);
        }
        assertEquals(10, drops.get(Drop.CALLER_TABLE));
    }

    @Test
    void connectsWhereNothingIsCapturedMakeRoomForThoseThatAreAskedFor() {
        table.known().capturing(namespace -> namespace == HERE);
        Connect here = connect(1, 5 * MS, 100, 1);
        change(1, 6 * MS, 0, ESTABLISHED, CLOSE, 1);
        for (int i = 0; i < KnownConnects.CONNECTS_MAX + 10; i++) {
            connect(2 + i, (10 + i) * MS, 200, 2 + i, ELSEWHERE);
        }
        assertEquals(KnownConnects.CONNECTS_MAX, table.size());
        assertSame(here, table.find(new Connection(SELF, 1, IpAddress.IMDS_V4, 80), OFFSET + 5 * MS));
        assertEquals(0, drops.get(Drop.CALLER_TABLE));
        assertEquals(11, drops.get(Drop.CALLER_ELSEWHERE));
    }

    @Test
    void aNamespaceThatIsCapturedByNowIsLikeAnyOther() {
        table.known().capturing(namespace -> namespace == HERE);
        for (int i = 0; i < 20; i++) {
            connect(1 + i, (10 + i) * MS, 200, 1 + i, ELSEWHERE);
        }
        table.known().capturing(namespace -> true);
        for (int i = 20; i < KnownConnects.CONNECTS_MAX + 10; i++) {
            connect(1 + i, (10 + i) * MS, 100, 1 + i);
        }
        assertEquals(10, drops.get(Drop.CALLER_TABLE));
        assertEquals(0, drops.get(Drop.CALLER_ELSEWHERE));
    }

    @Test
    void ancestorsThatManyShareAreWeighedOnce() {
        Caller parent = caller("p".repeat(16_000), List.of());
        for (int i = 0; i < 4_000; i++) {
            Connect c = connect(1 + i, (10 + i) * MS, 100, 1 + i);
            c.caller = caller("x", List.of(parent));
            table.known().described(c);
        }
        assertEquals(4_000, table.size());
        for (int i = 0; i < 2_000; i++) {
            Connect c = connect(5_000 + i, (5_000 + i) * MS, 100, 5_000 + i);
            c.caller = caller("x", List.of(caller("p".repeat(16_000), List.of())));
            table.known().described(c);
        }
        assertTrue(table.size() < 2_000, "held " + table.size());
    }

    private static Caller caller(String argument, List<Caller> parents) {
        return new Caller(1, null, List.of(argument), null, -1, null, 0, null, null, null, parents);
    }

    @Test
    void samePortAgainAndAgainStaysBounded() {
        for (int i = 0; i < 20_000; i++) {
            connect(1, (10 + 2L * i) * MS, 100, 40000);
            change(1, (11 + 2L * i) * MS, 0, ESTABLISHED, CLOSE, 40000);
        }
        assertTrue(table.size() <= KnownConnects.CONNECTS_MAX);
        table.expire(Long.MAX_VALUE);
        assertEquals(0, table.size());
        assertNull(table.find(TUPLE, OFFSET + 10 * MS));
    }

    @Test
    void aSeedStandsUntilThePortIsUsedAgain() {
        Connect seed = new Connect(0, 50, 0, Connect.BEFORE_US);
        table.seed(TUPLE, seed);
        assertSame(seed, table.find(TUPLE, OFFSET + 5 * MS));
        Connect later = connect(1, 1_000 * MS, 100, 40000);
        assertSame(later, table.find(TUPLE, OFFSET + 1_000 * MS + 1));
        table.seed(TUPLE, new Connect(0, 51, 0, Connect.BEFORE_US));
        assertSame(later, table.find(TUPLE, OFFSET + 1_000 * MS + 1));
    }

    @Test
    void aConnectionThatTheProbeSawAndThatEndedBeforeItsSeedCameIsStillTheProbes() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        change(1, 30 * MS, 100, ESTABLISHED, CLOSE, 40000);
        table.seed(TUPLE, new Connect(0, 100, 0, Connect.BEFORE_US));
        assertSame(c, table.find(TUPLE, OFFSET + 10 * MS + 1));
        Connect later = connect(2, 1_000 * MS, 101, 40000);
        assertSame(later, table.find(TUPLE, OFFSET + 1_000 * MS + 1));
    }

    @Test
    void whoSendsLaterIsNamedForWhatItSent() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        Attribution opener = new Attribution(caller("opener", List.of()), Evidence.CONNECT_PROBE);
        Attribution other = new Attribution(caller("other", List.of()), Evidence.CONNECT_PROBE);
        assertSame(c, sent(1, 20 * MS, 200, other));
        assertSame(c, sent(1, 30 * MS, 300, opener));
        assertSame(opener, c.senders.at(150, opener));
        assertSame(other, c.senders.at(250, opener));
        assertSame(opener, c.senders.at(350, null));
    }

    @Test
    void moreChangesThanAreRememberedLeaveTheOldestUnknown() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        for (int i = 1; i <= Senders.CHANGES_MAX + 1; i++) {
            sent(1, (10 + i) * MS, 100 * i, new Attribution(caller("sender " + i, List.of()), Evidence.CONNECT_PROBE));
        }
        Attribution second = c.senders.at(250, null);
        assertEquals(List.of("sender 2"), second.caller().arguments());
        assertEquals(EvidenceMethod.NONE, c.senders.at(150, second).evidence().method());
    }

    @Test
    void aSendOnAConnectionOlderThanUsMakesItKnown() {
        Attribution sender = new Attribution(caller("sender", List.of()), Evidence.CONNECT_PROBE);
        Connect c = sent(1, 20 * MS, 1, sender);
        assertSame(c, table.find(TUPLE, OFFSET + 5 * MS));
        assertSame(c, sent(1, 30 * MS, 2, sender));
        assertEquals(1, table.size());
        change(1, 40 * MS, 0, ESTABLISHED, CLOSE, 40000);
        Connect next = connect(1, 50 * MS, 101, 40000);
        assertSame(next, table.find(TUPLE, OFFSET + 50 * MS));
        assertNull(next.senders);
    }

    @Test
    void aSendSaidLateBelongsToTheConnectBefore() {
        Connect first = connect(1, 10 * MS, 100, 40000);
        change(1, 30 * MS, 0, ESTABLISHED, CLOSE, 40000);
        Connect second = connect(1, 40 * MS, 101, 40000);
        assertSame(first, sent(1, 20 * MS, 1, new Attribution(caller("x", List.of()), Evidence.CONNECT_PROBE)));
        assertNull(second.senders);
    }

    @Test
    void afterALossASendBelongsToTheConnectionThatIsStillOpen() {
        Connect c = connect(1, 10 * MS, 100, 40000);
        table.lost(OFFSET + 20 * MS, 20 * MS);
        assertSame(c, sent(1, 30 * MS, 1, new Attribution(caller("x", List.of()), Evidence.CONNECT_PROBE)));
    }

    @Test
    void sendersAreWeighedAndForgottenWithTheirConnection() {
        for (int i = 0; i < 2_000; i++) {
            connect(1 + i, (10 + i) * MS, 100, 1 + i);
            table.known()
                    .sends(
                            table.sent(1 + i, (11 + i) * MS, OFFSET + (11 + i) * MS, TUPLE, HERE),
                            i,
                            new Attribution(caller("p".repeat(16_000), List.of()), Evidence.CONNECT_PROBE));
        }
        assertTrue(table.size() < 1_000, "held " + table.size());
        table.expire(Long.MAX_VALUE);
        connect(9_000, 9_000 * MS, 100, 50_000);
        assertTrue(table.size() > 1);
    }

    private Connect sent(long socket, long nanos, int sequence, Attribution sender) {
        Connect c = table.sent(socket, nanos, OFFSET + nanos, TUPLE, HERE);
        table.known().sends(c, sequence, sender);
        return c;
    }

    @Test
    void connectsToOthersAreNotTaken() {
        assertNull(table.apply(
                new SocketState(1, 9, 1, CLOSE, SYN_SENT, SELF, 0, IpAddress.parse("fd00::1"), 80), OFFSET));
        assertEquals(0, table.size());
    }

    private Connect connect(long socket, long nanos, int pid, int port) {
        return connect(socket, nanos, pid, port, HERE);
    }

    private Connect connect(long socket, long nanos, int pid, int port, long namespace) {
        Connect c = change(socket, nanos, pid, CLOSE, SYN_SENT, 0);
        c.namespace = namespace;
        table.known().described(c);
        change(socket, nanos + 20_000, 0, SYN_SENT, ESTABLISHED, port);
        return c;
    }

    private Connect change(long socket, long nanos, int pid, int from, int to, int port) {
        return table.apply(new SocketState(nanos, pid, socket, from, to, SELF, port, IpAddress.IMDS_V4, 80), OFFSET);
    }
}
