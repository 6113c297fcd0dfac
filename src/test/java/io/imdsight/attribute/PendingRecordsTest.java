package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.ProcessStat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingRecordsTest {
    private static final ConnectRecord.End END = new ConnectRecord.End(0, 0, 0);

    private static final long SECOND = 1_000_000_000L;

    private final PendingRecords pending = new PendingRecords();

    private static ConnectRecord record(long socket, int pid, long nanos, int argumentBytes) {
        ProcessStat stat = new ProcessStat(new byte[0], 'R', 1, 0, 5);
        return new ConnectRecord(
                nanos, socket, 0, END, END, pid, 0, 1, 0, 0, 0, stat, null, new byte[argumentBytes], true, List.of());
    }

    private static Connect connect(long socket, int pid, long nanos) {
        return new Connect(socket, pid, nanos, nanos);
    }

    @Test
    void aRecordBelongsToTheConnectOfItsSocketProcessAndTime() {
        ConnectRecord r = record(7, 30, SECOND + 900, 10);
        pending.add(List.of(r));
        assertNull(pending.take(connect(8, 30, SECOND)));
        assertSame(r, pending.take(connect(7, 30, SECOND)));
        assertNull(pending.take(connect(7, 30, SECOND)));
        assertEquals(0, pending.size());
        assertEquals(0, pending.bytes());
    }

    @Test
    void connectsOfOneSocketGetTheirRecordsInOrder() {
        ConnectRecord first = record(7, 30, SECOND, 0);
        ConnectRecord second = record(7, 30, 2 * SECOND, 0);
        pending.add(List.of(first, second));
        assertSame(first, pending.take(connect(7, 30, SECOND + 10)));
        assertSame(second, pending.take(connect(7, 30, 2 * SECOND + 10)));
    }

    @Test
    void whatIsFoundStaysUntilItIsRemovedAndLeavesEarlierConnectsTheirOwn() {
        ConnectRecord earlier = record(7, 31, SECOND, 10);
        ConnectRecord found = record(7, 30, SECOND + 10, 20);
        pending.add(List.of(earlier, found));
        assertNull(pending.find(connect(8, 30, SECOND)));
        assertNull(pending.find(connect(7, 32, SECOND)));
        assertNull(pending.find(connect(7, 30, SECOND / 2)));
        assertSame(found, pending.find(connect(7, 30, SECOND)));
        assertSame(found, pending.find(connect(7, 30, SECOND)));
        pending.remove(found);
        assertNull(pending.find(connect(7, 30, SECOND)));
        assertSame(earlier, pending.take(connect(7, 31, SECOND)));
        assertEquals(0, pending.size());
        assertEquals(0, pending.bytes());
    }

    @Test
    void aConnectWithoutARecordTakesNoOtherOnes() {
        ConnectRecord later = record(7, 30, 2 * SECOND, 0);
        pending.add(List.of(record(7, 30, SECOND / 2, 0), later));
        assertNull(pending.take(connect(7, 30, SECOND)));
        assertSame(later, pending.take(connect(7, 30, 2 * SECOND)));
    }

    @Test
    void anotherProcessWithTheSameSocketIsNotMeant() {
        pending.add(List.of(record(7, 31, SECOND, 0)));
        assertNull(pending.take(connect(7, 30, SECOND)));
    }

    @Test
    void whatNobodyAsksForIsForgotten() {
        pending.add(List.of(record(7, 30, SECOND, 100), record(8, 30, 9 * SECOND, 100)));
        pending.expire(10 * SECOND);
        assertEquals(1, pending.size());
        pending.expire(20 * SECOND);
        assertEquals(0, pending.bytes());
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 10_000; i++) {
            pending.add(List.of(record(i, 30, SECOND, 17_000)));
        }
        assertTrue(pending.bytes() <= PendingRecords.BYTES_MAX);
        assertTrue(pending.size() > 100);
    }
}
