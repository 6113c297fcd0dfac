package io.imdsight.report.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The modules that a Go program was built with, as its linker wrote them down.
 *
 * <pre>
 * in section .go.buildinfo, else near the start of the first writable segment, aligned to 16 (Go: debug/buildinfo, cmd/link data.go):
 *   "\xff Go buildinf:" | u8 pointer size @14 | u8 flags @15: bit 0 big endian, bit 1 inline strings
 *   inline (Go 1.18 on):   @32 uvarint length, version | uvarint length, modules
 *   pointers (before):     @16 address of version's string, then that of the modules' string
 *                          a string: pointer | length, of the pointer size, at an address of a loaded segment
 * modules: 16 bytes | lines, each with a line feed | 16 bytes
 *   path TAB package | mod TAB path TAB version [TAB sum] | dep TAB path TAB version [TAB sum] | =&gt; TAB path TAB version: in place of the one above
 * </pre>
 */
public final class GoBuildInfo {
    private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    private static final int HEADER_BYTES = 32;
    private static final int ALIGNMENT = 16;
    private static final int SENTINEL_BYTES = 16;

    /** Go's own reader looks no further into the segment than that. */
    private static final int SEARCH_BYTES_MAX = 64 * 1024;

    /** Of a program with some thousand modules: a line has some 100 bytes. */
    private static final int MODULES_BYTES_MAX = 1 << 20;

    private static final int MODULES_MAX = 10_000;
    private static final int VARINT_BITS_MAX = 35;

    private final ElfFile elf;

    private GoBuildInfo(ElfFile elf) {
        this.elf = elf;
    }

    /**
     * A module.
     *
     * @param path {@code github.com/aws/aws-sdk-go}
     * @param version {@code 1.44.133}: without the letter that Go puts before it; empty where there is none
     */
    public record Module(String path, String version) {}

    /** The modules of a program; empty where it is no Go program, or was built without word of them. */
    public static List<Module> modules(ByteSource file) throws IOException {
        ElfFile elf = ElfFile.read(file);
        return elf == null ? List.of() : parse(new GoBuildInfo(elf).text());
    }

    private String text() throws IOException {
        byte[] data = elf.goSection(SEARCH_BYTES_MAX);
        for (int at = 0; data != null && at + HEADER_BYTES <= data.length; at += ALIGNMENT) {
            if (java.util.Arrays.equals(data, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
                boolean inline = (data[at + 15] & 2) != 0;
                return unwrapped(inline ? inline(elf.goSectionAt() + at + HEADER_BYTES) : pointed(data, at));
            }
        }
        return "";
    }

    private byte[] inline(long at) throws IOException {
        long[] next = {at};
        int version = length(next);
        next[0] += version;
        int modules = length(next);
        return modules > MODULES_BYTES_MAX ? new byte[0] : whole(elf.file().bytes(next[0], modules), modules);
    }

    /** A uvarint of at most 32 bits; 0 where there is none. */
    private int length(long[] at) throws IOException {
        long value = 0;
        byte[] some = elf.file().bytes(at[0], VARINT_BITS_MAX / 7);
        for (int i = 0; i < some.length; i++) {
            value |= (some[i] & 0x7fL) << 7 * i;
            if (some[i] >= 0) {
                at[0] += i + 1;
                return (int) Math.min(value, Integer.MAX_VALUE);
            }
        }
        return 0;
    }

    private byte[] pointed(byte[] data, int at) throws IOException {
        int size = data[at + 14];
        boolean big = (data[at + 15] & 1) != 0;
        if (size != Integer.BYTES && size != Long.BYTES) {
            return new byte[0];
        }
        long header = number(data, at + ALIGNMENT + size, size, big);
        byte[] string = elf.loaded(header, 2 * size);
        if (string.length < 2 * size) {
            return new byte[0];
        }
        long length = number(string, size, size, big);
        return length <= 0 || length > MODULES_BYTES_MAX
                ? new byte[0]
                : whole(elf.loaded(number(string, 0, size, big), (int) length), (int) length);
    }

    /** A file that ends before has none that could be trusted. */
    private static byte[] whole(byte[] read, int length) {
        return read.length == length ? read : new byte[0];
    }

    private static long number(byte[] data, int at, int size, boolean big) {
        ByteBuffer in = ByteBuffer.wrap(data).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return size == Integer.BYTES ? in.getInt(at) & 0xffffffffL : in.getLong(at);
    }

    private static String unwrapped(byte[] modules) {
        boolean whole = modules.length > 2 * SENTINEL_BYTES && modules[modules.length - SENTINEL_BYTES - 1] == '\n';
        return whole
                ? new String(modules, SENTINEL_BYTES, modules.length - 2 * SENTINEL_BYTES, StandardCharsets.ISO_8859_1)
                : "";
    }

    private static List<Module> parse(String text) {
        List<Module> out = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.split("\t", -1);
            boolean module = words[0].equals("mod") || words[0].equals("dep");
            boolean instead = words[0].equals("=>") && !out.isEmpty();
            if (words.length < 2 || !module && !instead || out.size() == MODULES_MAX) {
                continue;
            }
            String version = words.length > 2 && words[2].startsWith("v") ? words[2].substring(1) : "";
            if (instead) {
                // a replacement from a directory has no version of its own, and another module may stand in under its
                // own name
                Module replaced = out.removeLast();
                out.add(new Module(version.isEmpty() ? replaced.path() : words[1], version));
            } else {
                out.add(new Module(words[1], version));
            }
        }
        return out;
    }
}
