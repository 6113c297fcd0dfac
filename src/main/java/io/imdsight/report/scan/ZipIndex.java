package io.imdsight.report.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The entries of a zip archive, by its central directory (APPNOTE 4.3), so that of a large archive little is read.
 *
 * <pre>
 * end        PK\5\6 | … | entries u16 @10 | directory's bytes u32 @12 | its offset u32 @16 | comment's length u16 @20
 * end, zip64 PK\6\6 | … | entries u64 @32 | directory's bytes u64 @40; its locator PK\6\7 with offset u64 @8 stands before the end
 * entry      PK\1\2 | … | method u16 @10 | … | packed u32 @20 | size u32 @24 | name u16 @28 | extra u16 @30 | comment u16 @32 | … | local header u32 @42 | name @46
 * local      PK\3\4 | … | name u16 @26 | extra u16 @28 | name, extra, data @30
 * </pre>
 */
final class ZipIndex {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int ENTRY = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int END_64_BYTES = 56;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int COMMENT_BYTES_MAX = 65_535;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    /** Of the largest jars that are in use: some 100,000 entries of 100 bytes. */
    private static final int DIRECTORY_BYTES_MAX = 16 << 20;

    /** Longer names are nobody's. */
    private static final int NAME_CHARACTERS_MAX = 1024;

    private final ByteSource file;
    private final long directoryAt;
    private final int directoryBytes;

    /** By how much the archive's offsets are less than the file's: a program may stand before it. */
    private final long base;

    private ZipIndex(ByteSource file, long directoryAt, int directoryBytes, long base) {
        this.file = file;
        this.directoryAt = directoryAt;
        this.directoryBytes = directoryBytes;
        this.base = base;
    }

    /** Is shown entries. */
    interface Visitor {
        /** Whether to go on. */
        boolean visit(Entry e) throws IOException;
    }

    /**
     * An entry.
     *
     * @param name its path, as ISO 8859-1
     * @param method how it is packed
     * @param packedBytes as packed
     * @param bytes its size; what the archive says
     * @param header where its local header is, in the file
     */
    record Entry(String name, int method, long packedBytes, long bytes, long header) {
        boolean isStored() {
            return method == STORED && packedBytes == bytes;
        }
    }

    /** An archive; null where it is none. */
    static ZipIndex read(ByteSource file) throws IOException {
        int tailBytes = (int) Math.min(file.length(), END_BYTES + COMMENT_BYTES_MAX);
        long tailAt = file.length() - tailBytes;
        ByteBuffer tail = view(file.bytes(tailAt, tailBytes));
        for (int at = tail.capacity() - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END) {
                return read(file, tailAt + at, word(tail, at + 12), word(tail, at + 16));
            }
        }
        return null;
    }

    private static ZipIndex read(ByteSource file, long endAt, long bytes, long offset) throws IOException {
        long from = endAt - bytes;
        long size = bytes;
        long start = offset;
        ByteBuffer locator = view(file.bytes(endAt - LOCATOR_64_BYTES, LOCATOR_64_BYTES));
        if (locator.capacity() == LOCATOR_64_BYTES && locator.getInt(0) == LOCATOR_64) {
            long at = endAt - LOCATOR_64_BYTES - END_64_BYTES;
            ByteBuffer end = view(file.bytes(at, END_64_BYTES));
            if (end.capacity() == END_64_BYTES && end.getInt(0) == END_64) {
                size = end.getLong(40);
                start = end.getLong(48);
                from = at - size;
            }
        }
        if (size < 0 || size > DIRECTORY_BYTES_MAX || from < 0) {
            return null;
        }
        return new ZipIndex(file, from, (int) size, from - start);
    }

    /**
     * Shows the entries. What it needs for that is freed before it returns: archives lie in one another.
     *
     * @param entriesMax how many at the most
     */
    void entries(int entriesMax, Visitor visitor) throws IOException {
        byte[] bytes = file.bytes(directoryAt, directoryBytes);
        ByteBuffer directory = view(bytes);
        int at = 0;
        for (int left = entriesMax; left > 0; left--) {
            if (at + ENTRY_BYTES > directory.capacity() || directory.getInt(at) != ENTRY) {
                return;
            }
            int name = directory.getShort(at + 28) & 0xffff;
            int more = (directory.getShort(at + 30) & 0xffff) + (directory.getShort(at + 32) & 0xffff);
            if (at + ENTRY_BYTES + name > directory.capacity()) {
                return;
            }
            Entry e = new Entry(
                    new String(bytes, at + ENTRY_BYTES, name, StandardCharsets.ISO_8859_1),
                    directory.getShort(at + 10) & 0xffff,
                    word(directory, at + 20),
                    word(directory, at + 24),
                    base + word(directory, at + 42));
            if (name <= NAME_CHARACTERS_MAX && !visitor.visit(e)) {
                return;
            }
            at += ENTRY_BYTES + name + more;
        }
    }

    /** A stored entry's bytes where they are; null where its header is damaged. */
    ByteSource stored(Entry e) throws IOException {
        long at = data(e);
        return at < 0 || e.bytes() > file.length() - at ? null : ByteSource.part(file, at, e.bytes());
    }

    /**
     * An entry, unpacked into memory.
     *
     * @param bytesMax of a larger one only the first
     * @return empty where it is damaged
     */
    byte[] unpacked(Entry e, int bytesMax) throws IOException {
        long at = data(e);
        if (at < 0) {
            return new byte[0];
        }
        if (e.method() == STORED) {
            return file.bytes(at, (int) Math.min(e.bytes(), bytesMax));
        }
        return e.method() == DEFLATED ? inflated(at, e, bytesMax) : new byte[0];
    }

    private byte[] inflated(long at, Entry e, int bytesMax) throws IOException {
        byte[] out = new byte[(int) Math.min(e.bytes(), bytesMax)];
        byte[] packed = new byte[32 * 1024];
        int done = 0;
        long read = 0;
        Inflater inflater = new Inflater(true);
        try {
            while (done < out.length && !inflater.finished()) {
                if (inflater.needsInput()) {
                    int count = (int) Math.min(packed.length, e.packedBytes() - read);
                    int got = count <= 0 ? 0 : file.read(at + read, packed, 0, count);
                    if (got < 1) {
                        break;
                    }
                    read += got;
                    inflater.setInput(packed, 0, got);
                }
                int got = inflater.inflate(out, done, out.length - done);
                if (got == 0 && !inflater.needsInput() && !inflater.finished()) {
                    break; // wants a dictionary, which zip has not
                }
                done += got;
            }
            return done == out.length ? out : java.util.Arrays.copyOf(out, done);
        } catch (DataFormatException damaged) {
            return new byte[0];
        } finally {
            inflater.end();
        }
    }

    /** Where an entry's data begins; -1 where its header is damaged. */
    private long data(Entry e) throws IOException {
        ByteBuffer local = view(file.bytes(e.header(), LOCAL_BYTES));
        if (local.capacity() < LOCAL_BYTES || local.getInt(0) != LOCAL) {
            return -1;
        }
        return e.header() + LOCAL_BYTES + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
    }

    private static long word(ByteBuffer in, int at) {
        return in.getInt(at) & 0xffffffffL;
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
