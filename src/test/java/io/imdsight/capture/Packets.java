package io.imdsight.capture;

import io.imdsight.model.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds packets and files byte by byte. */
final class Packets {
    static final IpAddress CLIENT_V4 = IpAddress.parse("10.0.0.5");
    static final IpAddress CLIENT_V6 = IpAddress.parse("fd00::5");
    static final int CLIENT_PORT = 40312;
    static final byte[] GET = "GET /latest/meta-data/ HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    static final int ACK_PSH = 0x18;

    private Packets() {}

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] hex(String digits) {
        return java.util.HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** A TCP header with the given number of option bytes (no-operations), and a payload. */
    static byte[] tcp(int sourcePort, int destinationPort, int optionBytes, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(20 + optionBytes + payload.length);
        b.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(0x01020304)
                .putInt(0x05060708);
        b.put((byte) ((20 + optionBytes) / 4 << 4))
                .put((byte) ACK_PSH)
                .putShort((short) 512)
                .putInt(0);
        for (int i = 0; i < optionBytes; i++) {
            b.put((byte) 1);
        }
        return b.put(payload).array();
    }

    static byte[] v4(IpAddress source, IpAddress destination, int protocol, int optionBytes, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(20 + optionBytes + payload.length);
        b.put((byte) (0x40 | (20 + optionBytes) / 4)).put((byte) 0).putShort((short)
                (20 + optionBytes + payload.length));
        b.putInt(0x12340000).put((byte) 64).put((byte) protocol).putShort((short) 0);
        b.put(source.bytes()).put(destination.bytes());
        for (int i = 0; i < optionBytes; i++) {
            b.put((byte) 1);
        }
        return b.put(payload).array();
    }

    static byte[] v6(IpAddress source, IpAddress destination, int nextHeader, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(40 + payload.length);
        b.putInt(0x60000000)
                .putShort((short) payload.length)
                .put((byte) nextHeader)
                .put((byte) 64);
        return b.put(source.bytes()).put(destination.bytes()).put(payload).array();
    }

    static byte[] ethernet(String typeAndTags, byte[] payload) {
        return join(hex("020000000001 020000000002" + typeAndTags), payload);
    }

    /** A request to the service over IPv4, without a link header. */
    static byte[] requestV4() {
        return v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 0, tcp(CLIENT_PORT, 80, 12, GET));
    }

    /** An answer of the service over IPv4, without a link header. */
    static byte[] answerV4(byte[] payload) {
        return v4(IpAddress.IMDS_V4, CLIENT_V4, 6, 0, tcp(80, CLIENT_PORT, 12, payload));
    }

    /** A request to the service over IPv6, without a link header. */
    static byte[] requestV6() {
        return v6(CLIENT_V6, IpAddress.IMDS_V6, 6, tcp(CLIENT_PORT, 80, 12, GET));
    }

    static byte[] pcapHeader(ByteOrder order, int magic, int linkType) {
        ByteBuffer b = ByteBuffer.allocate(24).order(order);
        return b.putInt(magic)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(262144)
                .putInt(linkType)
                .array();
    }

    static byte[] pcapRecord(ByteOrder order, int seconds, int fraction, int wireBytes, byte[] data) {
        ByteBuffer b = ByteBuffer.allocate(16 + data.length).order(order);
        return b.putInt(seconds)
                .putInt(fraction)
                .putInt(data.length)
                .putInt(wireBytes)
                .put(data)
                .array();
    }

    /** A pcapng block round a body that is padded here. */
    static byte[] block(ByteOrder order, int type, byte[] body) {
        int padded = (body.length + 3) & ~3;
        ByteBuffer b = ByteBuffer.allocate(12 + padded).order(order);
        b.putInt(type).putInt(12 + padded).put(body).position(8 + padded);
        return b.putInt(12 + padded).array();
    }

    static byte[] section(ByteOrder order) {
        ByteBuffer b = ByteBuffer.allocate(16).order(order);
        return block(
                order,
                PcapngFile.SECTION_HEADER,
                b.putInt(0x1a2b3c4d)
                        .putShort((short) 1)
                        .putShort((short) 0)
                        .putLong(-1)
                        .array());
    }

    static byte[] interfaceBlock(ByteOrder order, int linkType, int snapBytes, byte[] options) {
        ByteBuffer b = ByteBuffer.allocate(8).order(order);
        return block(
                order,
                1,
                join(
                        b.putShort((short) linkType)
                                .putShort((short) 0)
                                .putInt(snapBytes)
                                .array(),
                        options));
    }

    static byte[] option(ByteOrder order, int code, byte[] value) {
        ByteBuffer b = ByteBuffer.allocate(4 + ((value.length + 3) & ~3)).order(order);
        return b.putShort((short) code)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    static byte[] enhancedPacket(ByteOrder order, int interfaceId, long units, byte[] data) {
        ByteBuffer b = ByteBuffer.allocate(20).order(order);
        b.putInt(interfaceId)
                .putInt((int) (units >>> 32))
                .putInt((int) units)
                .putInt(data.length)
                .putInt(data.length);
        return block(order, 6, join(b.array(), data));
    }

    static byte[] oldPacket(ByteOrder order, int interfaceId, long units, byte[] data) {
        ByteBuffer b = ByteBuffer.allocate(20).order(order);
        b.putShort((short) interfaceId)
                .putShort((short) 0)
                .putInt((int) (units >>> 32))
                .putInt((int) units);
        return block(order, 2, join(b.putInt(data.length).putInt(data.length).array(), data));
    }

    static byte[] simplePacket(ByteOrder order, int wireBytes, byte[] data) {
        return block(
                order,
                3,
                join(ByteBuffer.allocate(4).order(order).putInt(wireBytes).array(), data));
    }
}
