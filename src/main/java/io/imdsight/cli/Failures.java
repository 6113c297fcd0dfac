package io.imdsight.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what the platform throws. */
final class Failures {
    /** Faults wrap each other twice or three times; they may do so in a circle. */
    private static final int CAUSES_MAX = 10;

    private Failures() {}

    /** Why reading or writing failed, without the path. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** One sentence for a fault of ours. */
    static String internal(Throwable t) {
        Throwable root = t;
        for (int depth = 0; root.getCause() != null && depth < CAUSES_MAX; depth++) {
            root = root.getCause();
        }
        String why = root == t ? "" : ", because of " + root;
        String where = root.getStackTrace().length == 0 ? "" : " at " + root.getStackTrace()[0];
        return "internal error: " + t + why + where + "; please report it (IMDSIGHT_DEBUG=1 shows more)";
    }
}
