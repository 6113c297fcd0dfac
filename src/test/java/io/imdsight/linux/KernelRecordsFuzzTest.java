package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Any bytes as what the kernel hands over: netlink datagrams, perf and BPF records, its description of its types. Nothing but the documented exceptions,
 * and nothing that grows beyond what was handed in. The kernel can be trusted; its layouts change.
 *
 * <pre>
 * the input is:  u8 which parser | what it reads
 * </pre>
 */
class KernelRecordsFuzzTest {
    private static final int PARSERS = 10;

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        anyRecordIsReadOrPassedOver(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyRecordIsReadOrPassedOver(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        ByteBuffer in = ByteBuffer.wrap(rest).order(ByteOrder.nativeOrder());
        switch ((input[0] & 0xff) % PARSERS) {
            case 0 -> datagram(in);
            case 1 -> attributes(in);
            case 2 -> SocketTable.parse(in);
            case 3 -> Conntrack.parse(in);
            case 4 -> RouteMessages.route(in);
            case 5 -> RouteMessages.address(in);
            case 6 -> RouteMessages.link(in);
            case 7 -> NetworkLinks.entry(in);
            case 8 -> perf(rest);
            default -> records(in);
        }
    }

    private static void datagram(ByteBuffer in) {
        int[] bytes = {0};
        int whole = in.remaining();
        try {
            NetlinkSocket.read(in, "fuzz", 1, true, m -> bytes[0] += m.remaining());
        } catch (KernelException e) {
            assertTrue(e.error() != 0);
        }
        assertTrue(bytes[0] <= whole);
    }

    private static void attributes(ByteBuffer in) {
        int[] bytes = {0};
        NetlinkAttributes.read(in, 0, (type, value) -> {
            bytes[0] += value.length;
            assertTrue(type >= 0);
        });
        assertTrue(bytes[0] <= in.limit());
    }

    /** In a buffer as the ring has it: larger than any record, with the last one's bytes behind. */
    private static void perf(byte[] record) {
        ByteBuffer ring = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
        int size = Math.min(record.length, 0xffff);
        ring.put(0, record, 0, size);
        if (size >= 8) {
            TracepointSample s = PerfRing.parse(ring, size);
            assertTrue(s == null || s.raw() == null || s.raw().length <= size);
        }
    }

    private static void records(ByteBuffer in) {
        ConnectRecord r = ConnectRecord.parse(in, 0, in.limit());
        if (r != null) {
            assertTrue(r.ancestors().size() <= ConnectRecord.ANCESTORS_MAX);
            assertTrue(r.process().name().length <= ConnectRecord.NAME_BYTES);
            assertTrue(r.arguments() == null || r.arguments().length <= ConnectRecord.ARGUMENTS_BYTES_MAX);
        }
        if (r == null || r.arguments() == null) {
            types(in);
        }
    }

    private static void types(ByteBuffer in) {
        try {
            Btf types = new Btf(in, "task", "packed");
            types.offset("task", "deep", 4);
            types.function("f");
            types.offset("packed", "plain", 4);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("kernel"), e.getMessage());
        }
    }
}
