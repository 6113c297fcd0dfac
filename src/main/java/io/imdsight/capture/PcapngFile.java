package io.imdsight.capture;

import static io.imdsight.capture.Bytes.i32;
import static io.imdsight.capture.Bytes.u16;

import io.imdsight.capture.CaptureFileReader.Damage;
import io.imdsight.capture.CaptureFileReader.PacketTap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The newer format (draft-ietf-opsawg-pcapng): blocks in sections, each section with its own byte order and interfaces, each interface with its
 * own link type and clock. Blocks of other types are skipped.
 *
 * <pre>
 * block              section header     interface           packet (6)           packet (2)        simple packet (3)
 *  0 type             8 1a2b3c4d         8 link type         8 interface          8 interface: 2    8 length on the wire
 *  4 total length    12 version         10 reserved         12 time, high        10 drops: 2       12 data, padded
 *  8 body            16 section length  12 snapshot length  16 time, low         12 time, high
 * -4 total length    24 options         16 options          20 captured length   16 time, low
 *                                                           24 length on wire    20, 24, 28: as in packet (6)
 *                                                           28 data, padded
 * </pre>
 */
final class PcapngFile {
    static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int INTERFACE = 1;
    private static final int OLD_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int PACKET = 6;
    private static final int PACKET_HEADER_BYTES = 28;
    private static final int SIMPLE_HEADER_BYTES = 12;
    private static final int LENGTH_BYTES = 4;

    /** The longest block that is looked into: the longest packet, and room for options. Others are skipped without being held. */
    private static final int BLOCK_BYTES_MAX = CaptureFileReader.PACKET_BYTES_MAX + 64 * 1024;

    /** "any" on a machine full of containers; each costs up to 200 bytes while its section is read. */
    static final int INTERFACES_MAX = 4096;

    private final FileInput in;
    private final PacketTap tap;
    private final List<PcapngInterface> interfaces = new ArrayList<>();
    private boolean little;

    PcapngFile(FileInput in, PacketTap tap) {
        this.in = in;
        this.tap = tap;
    }

    void read() throws IOException, Damage {
        while (in.has(8)) {
            int type = i32(in.buffer, in.position, little);
            if (type == SECTION_HEADER) { // reads the same in both orders
                if (!in.has(12)) {
                    throw Damage.truncated(in, "a section header");
                }
                beginSection();
            }
            long blockBytes = i32(in.buffer, in.position + 4, little) & 0xffff_ffffL;
            if (blockBytes < 12 || blockBytes % 4 != 0) {
                throw Damage.at(in, "a block of " + blockBytes + " bytes cannot be");
            }
            if (type == INTERFACE || type == PACKET || type == OLD_PACKET || type == SIMPLE_PACKET) {
                if (blockBytes > BLOCK_BYTES_MAX) {
                    throw Damage.at(in, "a packet block of " + blockBytes + " bytes cannot be");
                }
                if (!in.has((int) blockBytes)) {
                    throw Damage.truncated(in, "a block");
                }
                block(type, (int) blockBytes);
                in.position += (int) blockBytes;
            } else if (!in.skip(blockBytes)) {
                throw Damage.truncated(in, "a block");
            }
        }
        if (in.has(1) || in.damage() != null) {
            throw Damage.truncated(in, "a block's header");
        }
    }

    private void beginSection() throws Damage {
        int order = i32(in.buffer, in.position + 8);
        if (order != BYTE_ORDER_MAGIC && order != Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
            throw Damage.at(in, "a section without a byte order");
        }
        little = order != BYTE_ORDER_MAGIC;
        interfaces.clear();
    }

    private void block(int type, int blockBytes) throws Damage {
        byte[] b = in.buffer;
        int at = in.position;
        int end = at + blockBytes - LENGTH_BYTES;
        if (i32(b, end, little) != blockBytes) {
            throw Damage.at(in, "a block whose two lengths differ");
        }
        switch (type) {
            case INTERFACE -> addInterface(b, at, end);
            case SIMPLE_PACKET -> simplePacket(b, at, end);
            case OLD_PACKET -> packet(u16(b, Math.min(at + 8, end), little), b, at, end);
            default -> packet(i32(b, at + 8, little), b, at, end);
        }
    }

    private void addInterface(byte[] b, int at, int end) throws Damage {
        if (end - at < 16) {
            throw Damage.at(in, "an interface's block is too short");
        }
        if (interfaces.size() == INTERFACES_MAX) {
            throw Damage.at(in, "more than " + INTERFACES_MAX + " interfaces");
        }
        interfaces.add(PcapngInterface.parse(b, at + 8, end, little));
    }

    private void packet(int index, byte[] b, int at, int end) throws Damage {
        if (end - at < PACKET_HEADER_BYTES) {
            throw Damage.at(in, "a packet's block is too short");
        }
        int captured = i32(b, at + 20, little);
        if (captured < 0
                || captured > CaptureFileReader.PACKET_BYTES_MAX
                || captured > end - at - PACKET_HEADER_BYTES) {
            throw Damage.at(in, "a packet of " + (captured & 0xffff_ffffL) + " bytes does not fit its block");
        }
        if (index < 0 || index >= interfaces.size()) {
            tap.lost();
            return;
        }
        PcapngInterface from = interfaces.get(index);
        long units = (long) i32(b, at + 12, little) << 32 | i32(b, at + 16, little) & 0xffff_ffffL;
        int wireBytes = i32(b, at + 24, little);
        tap.packet(from.linkType(), from.nanos(units), from.link(), b, at + PACKET_HEADER_BYTES, captured, wireBytes);
    }

    private void simplePacket(byte[] b, int at, int end) throws Damage {
        if (end - at < SIMPLE_HEADER_BYTES) {
            throw Damage.at(in, "a packet's block is too short");
        }
        if (interfaces.isEmpty()) {
            tap.lost();
            return;
        }
        PcapngInterface from = interfaces.get(0);
        int wireBytes = i32(b, at + 8, little);
        long captured = Math.min(wireBytes & 0xffff_ffffL, end - at - SIMPLE_HEADER_BYTES);
        if (from.snapBytes() != 0) {
            captured = Math.min(captured, from.snapBytes() & 0xffff_ffffL);
        }
        tap.packet(
                from.linkType(),
                tap.latestNanos(), // this block carries no time
                from.link(),
                b,
                at + SIMPLE_HEADER_BYTES,
                (int) captured,
                wireBytes);
    }
}
