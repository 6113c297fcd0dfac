package io.imdsight.report.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As much of an ELF file (linux/elf.h) as says where Go's build info is.
 *
 * <pre>
 *                       64 bit                                32 bit
 * file header           class @4, byte order @5               same
 *   program headers     at u64 @32, size u16 @54, count @56   at u32 @28, size u16 @42, count @44
 *   section headers     at u64 @40, size u16 @58, count @60   at u32 @32, size u16 @46, count @48, names' index after it
 * program header        type u32, flags u32 @4, offset u64 @8, address @16, bytes in file @32 | type, offset u32 @4, address @8, bytes @16, flags @24
 * section header        name u32, offset u64 @24, bytes @32                                   | name, offset u32 @16, bytes @20
 * </pre>
 */
final class ElfFile {
    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
    private static final int HEADER_BYTES = 64;
    private static final int PT_LOAD = 1;

    /** Readable and writable. */
    private static final int WRITABLE = 6;

    private static final String SECTION = ".go.buildinfo";

    /** Go programs have some ten segments and thirty sections. */
    private static final int HEADERS_MAX = 256;

    private static final int NAMES_BYTES_MAX = 64 * 1024;

    private final ByteSource file;
    private final boolean wide;
    private final ByteOrder order;
    private final List<Segment> segments = new ArrayList<>();
    private long goSectionAt = -1;
    private long goSectionBytes;

    private record Segment(long offset, long address, long bytes, boolean writable) {}

    private ElfFile(ByteSource file, byte[] header) {
        this.file = file;
        wide = header[4] == 2;
        order = header[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** The file's layout; null where it is no ELF file. */
    static ElfFile read(ByteSource file) throws IOException {
        byte[] header = file.bytes(0, HEADER_BYTES);
        if (header.length < HEADER_BYTES || !Arrays.equals(header, 0, 4, MAGIC, 0, 4)) {
            return null;
        }
        ElfFile out = new ElfFile(file, header);
        out.readSegments(out.view(header));
        out.readSections(out.view(header));
        return out;
    }

    ByteSource file() {
        return file;
    }

    /** The start of where build info is; null where there is no such place. */
    byte[] goSection(int bytesMax) throws IOException {
        return goSectionAt < 0 ? null : file.bytes(goSectionAt, (int) Math.min(bytesMax, goSectionBytes));
    }

    /** Where that starts in the file. */
    long goSectionAt() {
        return goSectionAt;
    }

    /** Bytes by their address in the running program; none where it has no such address. */
    byte[] loaded(long address, int count) throws IOException {
        for (Segment s : segments) {
            long within = address - s.address;
            if (within >= 0 && within < s.bytes && s.offset >= 0) {
                return file.bytes(s.offset + within, (int) Math.min(count, s.bytes - within));
            }
        }
        return new byte[0];
    }

    private void readSegments(ByteBuffer header) throws IOException {
        long at = wide ? header.getLong(32) : header.getInt(28) & 0xffffffffL;
        int size = header.getShort(wide ? 54 : 42) & 0xffff;
        int count = Math.min(HEADERS_MAX, header.getShort(wide ? 56 : 44) & 0xffff);
        int least = wide ? 56 : 32;
        for (int i = 0; i < count && size >= least; i++) {
            ByteBuffer h = view(file.bytes(at + (long) i * size, least));
            if (h.capacity() < least) {
                return;
            }
            if (h.getInt(0) == PT_LOAD) {
                boolean writable = (h.getInt(wide ? 4 : 24) & WRITABLE) == WRITABLE;
                segments.add(
                        wide
                                ? new Segment(h.getLong(8), h.getLong(16), h.getLong(32), writable)
                                : new Segment(word(h, 4), word(h, 8), word(h, 16), writable));
            }
        }
        segments.stream().filter(Segment::writable).findFirst().ifPresent(s -> {
            goSectionAt = s.offset;
            goSectionBytes = s.bytes;
        });
    }

    private void readSections(ByteBuffer header) throws IOException {
        long at = wide ? header.getLong(40) : word(header, 32);
        int size = header.getShort(wide ? 58 : 46) & 0xffff;
        int count = header.getShort(wide ? 60 : 48) & 0xffff;
        int namesIndex = header.getShort(wide ? 62 : 50) & 0xffff;
        int least = wide ? 64 : 40;
        if (size < least || namesIndex >= count || count > HEADERS_MAX) {
            return;
        }
        ByteBuffer namesHeader = view(file.bytes(at + (long) namesIndex * size, least));
        if (namesHeader.capacity() < least) {
            return;
        }
        byte[] names = file.bytes(sectionOffset(namesHeader), NAMES_BYTES_MAX);
        for (int i = 0; i < count; i++) {
            ByteBuffer h = view(file.bytes(at + (long) i * size, least));
            if (h.capacity() >= least && isNamed(names, h.getInt(0))) {
                goSectionAt = sectionOffset(h);
                goSectionBytes = wide ? h.getLong(32) : word(h, 20);
                return;
            }
        }
    }

    private long sectionOffset(ByteBuffer section) {
        return wide ? section.getLong(24) : word(section, 16);
    }

    private static boolean isNamed(byte[] names, int at) {
        byte[] name = (SECTION + "\0").getBytes(StandardCharsets.US_ASCII);
        return at >= 0
                && at <= names.length - name.length
                && Arrays.equals(names, at, at + name.length, name, 0, name.length);
    }

    private static long word(ByteBuffer in, int at) {
        return in.getInt(at) & 0xffffffffL;
    }

    private ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(order);
    }
}
