package io.imdsight.publish;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Writes times in UTC. Sightings come in bursts, so the text of the last second is kept. One thread at a time. */
final class Timestamps {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int DATE_BYTES = "2026-11-22T".length();

    /** {@code 2026-11-22T05:04:11}. */
    private byte[] second = new byte[0];

    private long secondSinceEpoch = Long.MIN_VALUE;

    /** {@code 2026-11-22T05:04:11.123456789Z}. */
    void iso(long nanos, LineBuffer out) {
        load(nanos);
        out.raw(second);
        out.raw('.');
        out.digits(Math.floorMod(nanos, NANOS_PER_SECOND), 9);
        out.raw('Z');
    }

    /** {@code 05:04:11.123}, with {@code 2026-11-22 } in front where a date is wanted. */
    void clock(long nanos, boolean date, LineBuffer out) {
        load(nanos);
        for (int i = date ? 0 : DATE_BYTES; i < second.length; i++) {
            out.raw(second[i] == 'T' ? ' ' : second[i]);
        }
        out.raw('.');
        out.digits(Math.floorMod(nanos, NANOS_PER_SECOND) / 1_000_000, 3);
    }

    private void load(long nanos) {
        long wanted = Math.floorDiv(nanos, NANOS_PER_SECOND);
        if (wanted != secondSinceEpoch) {
            LocalDateTime t = LocalDateTime.ofEpochSecond(wanted, 0, ZoneOffset.UTC);
            // toString leaves seconds of 0 out
            String text = t.toString();
            second = (t.getSecond() == 0 ? text + ":00" : text).getBytes(StandardCharsets.ISO_8859_1);
            secondSinceEpoch = wanted;
        }
    }
}
