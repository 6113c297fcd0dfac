package io.imdsight.attribute;

import io.imdsight.linux.ProcessText;
import io.imdsight.model.Escaped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns /proc/PID/cmdline into arguments that may be shown: secrets redacted, then shortened, then escaped. */
final class CommandLine {
    /** Arguments kept. Class paths and file lists aside, nobody reads further. */
    static final int ARGUMENTS_MAX = 64;

    /** Of one argument: a script given to {@code sh -c} or {@code python -c} is still recognised by its first pages. */
    static final int ARGUMENT_BYTES_MAX = 4 * 1024;

    /** Of all arguments of one process. */
    static final int BYTES_MAX = 16 * 1024;

    /** Of all arguments of an ancestor, of which there may be many. */
    static final int PARENT_BYTES_MAX = 1024;

    /** Read beyond what is kept, so that a secret on the edge is still recognised by its end. */
    private static final int OVERLAP_BYTES = 1024;

    private CommandLine() {}

    /**
     * The arguments.
     *
     * @param cmdline as the kernel has it, perhaps cut at {@link CallerReader#COMMAND_LINE_BYTES_MAX}
     * @param bytesMax of all arguments together
     */
    static List<String> arguments(byte[] cmdline, int bytesMax) {
        return unpadded(withoutPadding(cmdline), bytesMax);
    }

    /** Who writes a title over the arguments fills the rest with zeros; one empty argument at the end may be a real one. */
    private static byte[] withoutPadding(byte[] cmdline) {
        int end = cmdline.length;
        while (end > 0 && cmdline[end - 1] == 0) {
            end--;
        }
        return end > 0 && cmdline.length - end > 2 ? Arrays.copyOf(cmdline, end + 1) : cmdline;
    }

    private static List<String> unpadded(byte[] cmdline, int bytesMax) {
        List<String> raw = new ArrayList<>();
        int rawBytes = 0;
        for (byte[] argument : ProcessText.arguments(cmdline, ARGUMENTS_MAX)) {
            int length = Math.min(argument.length, ARGUMENT_BYTES_MAX + OVERLAP_BYTES);
            raw.add(new String(argument, 0, length, StandardCharsets.ISO_8859_1));
            rawBytes += length;
            if (rawBytes > bytesMax + OVERLAP_BYTES) {
                break;
            }
        }
        int total = ProcessText.argumentCount(cmdline);
        List<String> out = new ArrayList<>();
        int bytes = 0;
        for (String argument : Redaction.of(raw)) {
            int room = Math.min(ARGUMENT_BYTES_MAX, bytesMax - bytes);
            if (room <= 0) {
                break;
            }
            int kept = Math.min(argument.length(), room);
            String text = Escaped.of(argument.getBytes(StandardCharsets.ISO_8859_1), 0, kept);
            out.add(kept < argument.length() ? text + "…" : text);
            bytes += kept + 1;
        }
        if (out.size() < total) {
            out.add("… (" + (total - out.size()) + " more)");
        }
        return List.copyOf(out);
    }
}
