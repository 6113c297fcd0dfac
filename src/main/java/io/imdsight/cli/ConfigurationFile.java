package io.imdsight.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the configuration file.
 *
 * <pre>
 * # a comment
 * name = value     # the same names as the flags, without the dashes in front
 * </pre>
 *
 * Blanks round name and value do not count; a comment begins with {@code #} at the start of a line or after a blank. A name may be repeated
 * where its flag may.
 */
final class ConfigurationFile {
    /** A page of text is what a configuration has; a file of another kind is refused before it is read into memory. */
    private static final int FILE_BYTES_MAX = 256 * 1024;

    private ConfigurationFile() {}

    /**
     * One setting.
     *
     * @param name left of the equals sign; not empty
     * @param value right of it; not empty
     * @param line counted from 1
     */
    record Entry(String name, String value, int line) {}

    /**
     * Reads all settings, in the file's order.
     *
     * @param path for messages
     * @throws Failure where a line is not a setting
     */
    static List<Entry> read(InputStream in, String path) throws IOException {
        byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        if (bytes.length > FILE_BYTES_MAX) {
            throw new Failure(
                    ExitStatus.CONFIGURATION,
                    path + " is larger than 256 KiB and cannot be a configuration file; name another with --config");
        }
        List<Entry> out = new ArrayList<>();
        int number = 0;
        String all = new String(bytes, StandardCharsets.UTF_8);
        for (String line : (all.startsWith("\ufeff") ? all.substring(1) : all).split("\n", -1)) { // a byte order mark
            number++;
            String text = withoutComment(line).strip();
            if (text.isEmpty()) {
                continue;
            }
            int equals = text.indexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals).strip();
            String value = equals < 0 ? "" : text.substring(equals + 1).strip();
            if (name.isEmpty() || value.isEmpty()) {
                throw new Failure(
                        ExitStatus.CONFIGURATION, path + ":" + number + ": expected name = value, or # and a comment");
            }
            out.add(new Entry(name, value, number));
        }
        return out;
    }

    private static String withoutComment(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
                return line.substring(0, i);
            }
        }
        return line;
    }
}
