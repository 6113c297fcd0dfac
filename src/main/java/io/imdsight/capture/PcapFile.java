package io.imdsight.capture;

import static io.imdsight.capture.Bytes.i32;

import io.imdsight.capture.CaptureFileReader.Damage;
import io.imdsight.capture.CaptureFileReader.PacketTap;
import io.imdsight.model.Link;
import java.io.IOException;

/**
 * The classic format, in the byte order that the magic number shows (draft-ietf-opsawg-pcap).
 *
 * <pre>
 * file header                          record header
 *  0 magic a1b2c3d4                     0 seconds
 *  4 major 2, minor 4                   4 micro- or nanoseconds
 *  8 reserved: 8 bytes                  8 captured length
 * 16 snapshot length                   12 length on the wire
 * 20 link type: low 26 bits            16 data; modified: 16 interface index, 20 protocol, packet type; 24 data
 * 24 records
 * </pre>
 */
final class PcapFile {
    static final int MICROS = 0xa1b2c3d4;
    static final int NANOS = 0xa1b23c4d;

    /** Written by patched libpcaps of old; libpcap reads it as KUZNETZOV_TCPDUMP_MAGIC. */
    static final int MODIFIED = 0xa1b2cd34;

    private static final int FILE_HEADER_BYTES = 24;
    private static final int LINK_TYPE_MASK = 0x03ff_ffff;

    private final FileInput in;
    private final PacketTap tap;

    PcapFile(FileInput in, PacketTap tap) {
        this.in = in;
        this.tap = tap;
    }

    static boolean isMagic(int bigEndian) {
        return known(bigEndian) || known(Integer.reverseBytes(bigEndian));
    }

    private static boolean known(int magic) {
        return magic == MICROS || magic == NANOS || magic == MODIFIED;
    }

    void read() throws IOException, Damage {
        if (!in.has(FILE_HEADER_BYTES)) {
            throw Damage.truncated(in, "the file header");
        }
        byte[] b = in.buffer;
        boolean little = !known(i32(b, in.position));
        int magic = i32(b, in.position, little);
        int linkType = i32(b, in.position + 20, little) & LINK_TYPE_MASK;
        int recordHeaderBytes = magic == MODIFIED ? 24 : 16;
        int nanosPerFraction = magic == NANOS ? 1 : 1000;
        in.position += FILE_HEADER_BYTES;
        while (in.has(recordHeaderBytes)) {
            int at = in.position;
            long seconds = i32(b, at, little) & 0xffff_ffffL;
            long fraction = i32(b, at + 4, little) & 0xffff_ffffL;
            int captured = i32(b, at + 8, little);
            int wireBytes = i32(b, at + 12, little);
            if (captured < 0 || captured > CaptureFileReader.PACKET_BYTES_MAX) {
                throw Damage.at(in, "a packet of " + (captured & 0xffff_ffffL) + " bytes cannot be");
            }
            if (!in.has(recordHeaderBytes + captured)) {
                throw Damage.truncated(in, "a packet");
            }
            long nanos = seconds * 1_000_000_000L + fraction * nanosPerFraction;
            int data = in.position + recordHeaderBytes; // has() may have moved it
            tap.packet(linkType, nanos, Link.UNKNOWN, b, data, captured, wireBytes);
            in.position = data + captured;
        }
        if (in.has(1) || in.damage() != null) {
            throw Damage.truncated(in, "a packet's header");
        }
    }
}
