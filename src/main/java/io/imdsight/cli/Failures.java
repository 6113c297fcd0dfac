package io.imdsight.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what the platform throws. */
final class Failures {
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
        String where = t.getStackTrace().length == 0 ? "" : " at " + t.getStackTrace()[0];
        return "internal error: " + t + where + "; please report it (IMDSIGHT_DEBUG=1 shows more)";
    }
}
