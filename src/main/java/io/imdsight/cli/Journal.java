package io.imdsight.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** systemd's journal at the other end of a stream: it reads a priority in front of a line, as {@code <4>}; sd-daemon(3). */
final class Journal {
    /** Priorities of syslog(3). */
    static final int ERROR = 3;

    /** See {@link #ERROR}. */
    static final int WARNING = 4;

    /** See {@link #ERROR}. */
    static final int NOTICE = 5;

    /**
     * A longer line becomes several entries, and each may begin with a priority that whoever chose the text has put there: LineMax in journald.conf(5) is 48
     * KiB; the priority in front counts, too.
     */
    static final int LINE_BYTES_MAX = 47 * 1024;

    static final Path OUT_PATH = Path.of("/proc/self/fd/1");
    static final Path ERR_PATH = Path.of("/proc/self/fd/2");

    private Journal() {}

    /** Whether a stream goes there: systemd says which one it made, {@code DEVICE:INODE} in {@code JOURNAL_STREAM}; systemd.exec(5). */
    static boolean isAt(Path stream, Map<String, String> environment) {
        String named = environment.get("JOURNAL_STREAM");
        if (named == null || named.isEmpty()) {
            return false;
        }
        try {
            Map<String, Object> is = Files.readAttributes(stream, "unix:dev,ino");
            return named.equals(is.get("dev") + ":" + is.get("ino"));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    static String prefix(int priority) {
        return "<" + priority + ">";
    }
}
