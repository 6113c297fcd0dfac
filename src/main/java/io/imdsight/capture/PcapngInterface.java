package io.imdsight.capture;

import static io.imdsight.capture.Bytes.i32;
import static io.imdsight.capture.Bytes.u16;

import io.imdsight.model.Escaped;
import io.imdsight.model.Link;

/**
 * One interface of a pcapng section.
 *
 * @param linkType what its packets begin with
 * @param snapBytes how much of a packet was kept, as 32 bits; 0: all
 * @param resolution the option if_tsresol: 10^-n, or with the high bit 2^-n seconds
 * @param offsetSeconds the option if_tsoffset, added to each time
 * @param link its name where the file gives one
 */
record PcapngInterface(int linkType, int snapBytes, int resolution, long offsetSeconds, Link link) {
    private static final int NAME = 2;
    private static final int RESOLUTION = 9;
    private static final int OFFSET = 14;
    private static final int MICROSECONDS = 6;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Longer than the kernel's 15 (IFNAMSIZ, linux/if.h) and than the aliases of other systems. */
    private static final int NAME_BYTES_MAX = 64;

    /**
     * Reads the body of an interface description block. Options that make no sense are passed over.
     *
     * <pre>
     * option: 0 code: 2   2 length: 2   4 value, padded to four bytes;  code 0 ends the list
     * </pre>
     */
    static PcapngInterface parse(byte[] b, int at, int end, boolean little) {
        int resolution = MICROSECONDS;
        long offsetSeconds = 0;
        Link link = Link.UNKNOWN;
        int p = at + 8;
        while (end - p >= 4) {
            int code = u16(b, p, little);
            int length = u16(b, p + 2, little);
            p += 4;
            if (code == 0 || length > end - p) {
                break;
            }
            if (code == NAME && length > 0) {
                link = new Link(name(b, p, length), 0);
            } else if (code == RESOLUTION && length == 1) {
                resolution = b[p] & 0xff;
            } else if (code == OFFSET && length == 8) {
                long first = i32(b, p, little) & 0xffff_ffffL;
                long second = i32(b, p + 4, little) & 0xffff_ffffL;
                offsetSeconds = little ? second << 32 | first : first << 32 | second;
            }
            p += (length + 3) & ~3;
        }
        return new PcapngInterface(u16(b, at, little), i32(b, at + 4, little), resolution, offsetSeconds, link);
    }

    /** The bytes up to a NUL, which some writers include, made safe to print. */
    private static String name(byte[] b, int at, int length) {
        int n = 0;
        while (n < Math.min(length, NAME_BYTES_MAX) && b[at + n] != 0) {
            n++;
        }
        return n == 0 ? null : Escaped.of(b, at, n);
    }

    /** Nanoseconds since 1970 of a packet's time. A time that 64 bits cannot hold comes out wrong, not as an exception. */
    long nanos(long units) {
        int digits = resolution & 0x7f;
        long nanos;
        if ((resolution & 0x80) == 0) {
            nanos = digits <= 9 ? units * powerOfTen(9 - digits) : Long.divideUnsigned(units, powerOfTen(digits - 9));
        } else if (digits == 0) {
            nanos = units * NANOS_PER_SECOND;
        } else if (digits > 63) {
            nanos = 0;
        } else {
            long fraction = units & ((1L << digits) - 1);
            int bits = Math.min(digits, 32); // more than 32 bits of fraction are finer than a nanosecond
            nanos = (units >>> digits) * NANOS_PER_SECOND
                    + ((fraction >>> (digits - bits)) * NANOS_PER_SECOND >>> bits);
        }
        return nanos + offsetSeconds * NANOS_PER_SECOND;
    }

    private static long powerOfTen(int exponent) {
        long out = 1;
        for (int i = 0; i < Math.min(exponent, 18); i++) {
            out *= 10;
        }
        return out;
    }
}
