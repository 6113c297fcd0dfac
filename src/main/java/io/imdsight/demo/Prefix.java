package io.imdsight.demo;

import io.imdsight.model.IpAddress;
import java.nio.ByteBuffer;

/**
 * An address, or a range of them, on an interface.
 *
 * @param link the interface's name
 * @param address the address; for a range, its first
 * @param length bits of it that are fixed: 0..32 for IPv4, 0..128 for IPv6
 */
record Prefix(String link, IpAddress address, int length) {
    /** Reads four or sixteen bytes, network order. */
    static Prefix of(String link, byte[] address, int length) {
        ByteBuffer in = ByteBuffer.wrap(address);
        if (address.length == 4) {
            return new Prefix(link, IpAddress.ofV4(in.getInt()), length);
        }
        if (address.length == 16) {
            return new Prefix(link, new IpAddress(in.getLong(), in.getLong()), length);
        }
        throw new IllegalArgumentException("an address of " + address.length + " bytes on " + link);
    }

    /** fe80::/10: the kernel gives one to each interface by itself; no router passes it on (RFC 4291 section 2.5.6). */
    boolean isLinkLocal() {
        return (address.high() & 0xffc0_0000_0000_0000L) == 0xfe80_0000_0000_0000L;
    }

    /** ff00::/8 (RFC 4291 section 2.7). */
    boolean isMulticast() {
        return address.high() >>> 56 == 0xff;
    }

    @Override
    public String toString() {
        return address + "/" + length + " on " + link;
    }
}
