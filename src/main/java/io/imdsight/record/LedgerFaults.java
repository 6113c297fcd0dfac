package io.imdsight.record;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an error of SQLite means, and where a damaged file goes. */
final class LedgerFaults {
    /** SQLITE_CORRUPT and SQLITE_NOTADB, sqlite3.h. */
    static final int DAMAGED = 11;

    private static final int NOT_A_DATABASE = 26;

    /** SQLITE_ERROR, sqlite3.h: a statement that it does not understand, and a file whose format is of no version of its own. */
    private static final int NOT_UNDERSTOOD = 1;

    /** SQLITE_FULL, sqlite3.h. */
    private static final int FULL = 13;

    /** SQLITE_READONLY, sqlite3.h. */
    private static final int READ_ONLY = 8;

    /** SQLITE_BUSY, sqlite3.h. */
    private static final int BUSY = 5;

    /** None of SQLite's: a database with tables that are not ours. */
    static final int NOT_OURS = 0xff;

    /** Somebody may want to look into a damaged file; a disk that damages every file must not fill itself with them. */
    private static final int SET_ASIDE_MAX = 2;

    /** The driver's text round SQLite's own: {@code [SQLITE_NOTADB] File opened that is not a database file (file is not a database)}. */
    private static final Pattern SQLITE = Pattern.compile("\\[SQLITE_\\w+\\] [^(]*\\((.+)\\)", Pattern.DOTALL);

    private static final String SET_ASIDE = LedgerFile.NAME + ".damaged-";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private LedgerFaults() {}

    /** Whether the file itself is bad, so that trying again is of no use. */
    static boolean isDamage(Exception e) {
        int code = code(e);
        return code == DAMAGED || code == NOT_A_DATABASE || code == NOT_OURS;
    }

    /** Statements that are the same for every ledger and are not understood: that is the file's fault, and trying again is of no use. */
    static SQLException ofOurStatements(Path path, SQLException e) {
        return code(e) == NOT_UNDERSTOOD ? new SQLException(path + ": " + plain(e), null, DAMAGED) : e;
    }

    /** Whether somebody held the file for a moment. */
    static boolean isBusy(Exception e) {
        return code(e) == BUSY;
    }

    /** The reason, in few words. */
    static String reason(Exception e) {
        return switch (code(e)) {
            case FULL -> "the disk is full";
            case READ_ONLY -> "the file or its file system is read-only";
            default -> plain(e);
        };
    }

    private static String plain(Exception e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        Matcher sqlite = SQLITE.matcher(text);
        if (sqlite.matches()) {
            return sqlite.group(1);
        }
        return switch (e) {
            case AccessDeniedException x -> x.getFile() + ": Permission denied";
            case NoSuchFileException x -> x.getFile() + ": No such file or directory";
            case FileAlreadyExistsException x ->
                x.getFile()
                        + (Files.isSymbolicLink(Path.of(x.getFile()))
                                ? " is a symbolic link that leads to no directory"
                                : " is no directory");
            case FileSystemException x -> x.getReason() == null ? text : x.getFile() + ": " + x.getReason();
            default -> text;
        };
    }

    /** The low byte is the primary code, the rest refines it: sqlite3.h, "Extended Result Codes". */
    private static int code(Exception e) {
        return e instanceof SQLException s ? s.getErrorCode() & 0xff : 0;
    }

    /** Renames the file and what belongs to it; gives the new name. Older ones beyond a few are deleted. */
    static Path setAside(Path file, Instant now) throws IOException {
        Path to = file.resolveSibling(SET_ASIDE + STAMP.format(now));
        for (String suffix : List.of("-shm", "-wal", "")) {
            Path from = file.resolveSibling(file.getFileName() + suffix);
            if (Files.exists(from)) {
                Files.move(from, to.resolveSibling(to.getFileName() + suffix));
            }
        }
        try (Stream<Path> all = Files.list(file.toAbsolutePath().getParent())) {
            List<Path> aside = all.filter(p -> p.getFileName().toString().startsWith(SET_ASIDE))
                    .filter(p -> p.getFileName().toString().endsWith("Z"))
                    .sorted()
                    .toList();
            for (Path old : aside.subList(0, Math.max(0, aside.size() - SET_ASIDE_MAX))) {
                for (String suffix : List.of("-shm", "-wal", "")) {
                    Files.deleteIfExists(old.resolveSibling(old.getFileName() + suffix));
                }
            }
        }
        return to;
    }
}
