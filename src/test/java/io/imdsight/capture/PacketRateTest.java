package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PacketRateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void theBusiestSecondIsKeptAndALatePacketOpensNoOldOne() {
        PacketRate rate = new PacketRate();
        assertEquals(0, rate.peak());
        for (int i = 0; i < 5; i++) {
            rate.packet(100 * SECOND + i);
        }
        rate.packet(101 * SECOND);
        rate.packet(101 * SECOND - 1);
        rate.packet(102 * SECOND);
        assertEquals(8, rate.packets());
        assertEquals(5, rate.peak());
        assertEquals(100 * SECOND, rate.peakNanos());
        for (int i = 0; i < 6; i++) {
            rate.packet(200 * SECOND + i);
        }
        assertEquals(6, rate.peak());
        assertEquals(200 * SECOND, rate.peakNanos());
    }
}
