package io.imdsight.linux;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What a tracepoint's records look like, from its {@code format} file:
 *
 * <pre>
 * name: inet_sock_set_state
 * ID: 1494
 * format:
 *         field:unsigned short common_type;       offset:0;       size:2; signed:0;
 *         ...
 *         field:__u8 saddr[4];    offset:32;      size:4; signed:0;
 * </pre>
 *
 * @param id the number that perf_event_attr.config takes
 * @param fields by name, without array brackets
 */
public record TracepointFormat(int id, Map<String, Field> fields) {
    /**
     * One field of the record.
     *
     * @param offset bytes from the record's begin
     * @param size bytes
     */
    public record Field(int offset, int size) {}

    /**
     * A field that the record must have.
     *
     * @throws IllegalArgumentException where it has none of that name, or one of another size
     */
    public int offset(String name, int size) {
        Field f = fields.get(name);
        if (f == null || f.size() != size) {
            throw new IllegalArgumentException("this kernel's tracepoint " + id + " has no field " + name + " of "
                    + size + " bytes but " + (f == null ? "none" : f.size() + " bytes"));
        }
        return f.offset();
    }

    /** Reads a format file. Lines that are not understood are left out; without an ID line the id is -1. */
    static TracepointFormat parse(byte[] text) {
        int id = -1;
        Map<String, Field> fields = new HashMap<>();
        for (String line : new String(text, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String bare = line.strip();
            if (bare.startsWith("ID:")) {
                id = number(bare.substring(3));
            } else if (bare.startsWith("field:")) {
                String declaration = part(bare, "field:");
                int offset = number(part(bare, "offset:"));
                int size = number(part(bare, "size:"));
                String name = declaration.substring(declaration.lastIndexOf(' ') + 1);
                int bracket = name.indexOf('[');
                if (offset >= 0 && size >= 0) {
                    fields.put(bracket < 0 ? name : name.substring(0, bracket), new Field(offset, size));
                }
            }
        }
        return new TracepointFormat(id, Map.copyOf(fields));
    }

    private static String part(String line, String label) {
        int from = line.indexOf(label);
        if (from < 0) {
            return "";
        }
        int to = line.indexOf(';', from);
        return line.substring(from + label.length(), to < 0 ? line.length() : to);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
