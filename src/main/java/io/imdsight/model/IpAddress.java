package io.imdsight.model;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IP address as 128 bits. IPv4 is held as an IPv4-mapped IPv6 address ({@code ::ffff:a.b.c.d}, RFC 4291 section 2.5.5.2), so that a
 * v4-mapped socket and a plain IPv4 packet name the same peer.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record IpAddress(long high, long low) {
    private static final long V4_MAPPED_PREFIX = 0x0000_ffff_0000_0000L;

    /** The metadata service's IPv4 address. */
    public static final IpAddress IMDS_V4 = ofV4(0xa9fea9fe);

    /** The metadata service's IPv6 address, fd00:ec2::254. */
    public static final IpAddress IMDS_V6 = new IpAddress(0xfd00_0ec2_0000_0000L, 0x0254L);

    /**
     * An IPv4 address.
     *
     * @param bits the four bytes, big-endian: 169.254.169.254 is 0xa9fea9fe
     */
    public static IpAddress ofV4(int bits) {
        return new IpAddress(0, lowOfV4(bits));
    }

    /** The {@link #low} half of an IPv4 address; its {@link #high} half is 0. For code that handles halves without an object. */
    public static long lowOfV4(int bits) {
        return V4_MAPPED_PREFIX | (bits & 0xffff_ffffL);
    }

    /** Whether this is an IPv4 address. */
    public boolean isV4() {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == V4_MAPPED_PREFIX;
    }

    /** The four bytes of an IPv4 address, big-endian; meaningless unless {@link #isV4}. */
    public int v4Bits() {
        return (int) low;
    }

    /**
     * Reads a literal address, brackets round IPv6 allowed; never asks a resolver.
     *
     * @throws IllegalArgumentException where the text is not a literal IPv4 or IPv6 address
     */
    public static IpAddress parse(String text) {
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        try {
            if (bare.indexOf(':') < 0 && bare.length() - bare.replace(".", "").length() != 3) {
                throw new IllegalArgumentException(
                        "IPv4 addresses have four parts"); // ofLiteral reads 1.2.3 as 1.2.0.3
            }
            return of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an IPv4 or IPv6 address: " + text, e);
        }
    }

    /** The address of the platform's object; a scope id is ignored. */
    public static IpAddress of(InetAddress address) {
        byte[] b = address.getAddress();
        return b.length == 4 ? ofV4((int) bigEndian(b, 0, 4)) : new IpAddress(bigEndian(b, 0, 8), bigEndian(b, 8, 8));
    }

    /** Whether one host can have this address: it is neither unspecified nor broadcast nor multicast. */
    public boolean isUnicast() {
        return isV4() ? v4Bits() != 0 && v4Bits() >>> 28 < 0xe : (high | low) != 0 && high >>> 56 != 0xff;
    }

    /** Sixteen bytes in network order, or four for IPv4. */
    public byte[] bytes() {
        boolean v4 = isV4();
        byte[] out = new byte[v4 ? 4 : 16];
        for (int i = 0; i < out.length; i++) {
            long half = v4 || i >= 8 ? low : high;
            out[i] = (byte) (half >>> (8 * ((v4 ? 3 : 7) - (i & (v4 ? 3 : 7)))));
        }
        return out;
    }

    /** The platform's object for this address. */
    public InetAddress inetAddress() {
        try {
            return isV4() ? InetAddress.getByAddress(bytes()) : Inet6Address.getByAddress(null, bytes(), -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has four or sixteen bytes", e);
        }
    }

    /** Written out, as {@link #hashCode}: those of a record are put together at run time, from classes that nothing else here needs. */
    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress a && high == a.high && low == a.low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    /** Dotted decimal for IPv4; RFC 5952 for IPv6 (longest run of zeros shortened, lower case). */
    @Override
    public String toString() {
        if (isV4()) {
            int v = v4Bits();
            return (v >>> 24) + "." + (v >>> 16 & 255) + "." + (v >>> 8 & 255) + "." + (v & 255);
        }
        int[] group = new int[8];
        for (int i = 0; i < 8; i++) {
            group[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xffff;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && group[j] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                bestStart = i;
                bestLength = j - i;
            }
            i = Math.max(i, j - 1);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(group[i]));
        }
        return out.toString();
    }

    private static long bigEndian(byte[] b, int from, int count) {
        long v = 0;
        for (int i = 0; i < count; i++) {
            v = v << 8 | b[from + i] & 0xff;
        }
        return v;
    }
}
