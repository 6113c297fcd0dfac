package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriverStatisticsTest {
    /** As the ENA driver names them; its documentation in the kernel and the EC2 user guide have the list. No such card can be had in a test. */
    private static final List<String> ENA = List.of(
            "tx_timeout",
            "total_resets",
            "bw_in_allowance_exceeded",
            "bw_out_allowance_exceeded",
            "pps_allowance_exceeded",
            "conntrack_allowance_exceeded",
            "linklocal_allowance_exceeded",
            "conntrack_allowance_available");

    private static byte[] names(List<String> names) {
        ByteBuffer out = ByteBuffer.allocate(12 + names.size() * 32).order(ByteOrder.nativeOrder());
        out.putInt(0x1b).putInt(1).putInt(names.size());
        for (int i = 0; i < names.size(); i++) {
            out.position(12 + i * 32).put(names.get(i).getBytes(StandardCharsets.US_ASCII));
        }
        return out.array();
    }

    private static byte[] values(long... values) {
        ByteBuffer out = ByteBuffer.allocate(8 + values.length * 8).order(ByteOrder.nativeOrder());
        out.putInt(0x1d).putInt(values.length);
        for (long v : values) {
            out.putLong(v);
        }
        return out.array();
    }

    @Test
    void theBlockOfAnEnaDriverIsRead() {
        Map<String, Long> read = DriverStatistics.parse(names(ENA), values(0, 1, 2, 3, 4, 5, 5_000_000_000L, 136812));
        assertEquals(ENA, List.copyOf(read.keySet()));
        assertEquals(5_000_000_000L, read.get("linklocal_allowance_exceeded"));
        assertEquals(136812, read.get("conntrack_allowance_available"));
    }

    @Test
    void aNameThatFillsItsPlaceAndABlockThatIsCutShortAreNoTrouble() {
        String whole = "x".repeat(32);
        assertEquals(Map.of(whole, 7L), DriverStatistics.parse(names(List.of(whole)), values(7)));
        byte[] cut = java.util.Arrays.copyOf(names(ENA), 12 + 3 * 32 + 5);
        assertEquals(
                3, DriverStatistics.parse(cut, values(1, 2, 3, 4, 5, 6, 7, 8)).size());
        assertEquals(2, DriverStatistics.parse(names(ENA), values(1, 2)).size());
        assertEquals(Map.of(), DriverStatistics.parse(new byte[3], new byte[0]));
    }

    @Test
    void theLoopbackDriverCountsNothingByNamesOfItsOwnAndNoInterfaceIsAnError() throws Exception {
        assertEquals(Map.of(), DriverStatistics.read("lo"));
        assertTrue(assertThrows(KernelException.class, () -> DriverStatistics.read("nosuch0"))
                .getMessage()
                .startsWith("read the driver's statistics of nosuch0: "));
        assertThrows(KernelException.class, () -> DriverStatistics.read("a-name-longer-than-any"));
    }
}
