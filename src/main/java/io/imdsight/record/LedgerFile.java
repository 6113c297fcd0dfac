package io.imdsight.record;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.sqlite.JDBC;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * The database's file, open for writing.
 *
 * <p>Write-ahead log, {@code synchronous = NORMAL}: a commit is a write to the log without waiting for the disk, so that it survives our own death but
 * not the machine's. {@link #sync}, on another thread and outside of everybody's lock, makes the log durable once a second, and copies it back into the
 * database through a connection of its own: neither ever stands in the way of a commit.
 */
final class LedgerFile implements AutoCloseable {
    static final String NAME = "ledger.db";

    /** A ledger's hot pages: the minute's leaf, the callers' index, the inner pages. */
    private static final int CACHE_KIB = 512;

    /** The log is copied back once it has this size; SQLite's own default of 1,000 pages. */
    static final long WAL_COPY_BYTES = 4L << 20;

    /** How long the writer waits for somebody who holds the file, as a checkpoint of {@code sqlite3} does for a moment. */
    private static final int BUSY_MILLIS = 250;

    /** 256 MiB are read in about a second; a slow disk shall not delay the capture for longer. */
    private static final long CHECK_MILLIS_MAX = 2_000;

    /** Virtual machine instructions between two looks at the clock. */
    private static final int CHECK_INSTRUCTIONS = 10_000;

    private static final String OWNER_ONLY = "rw-------";

    private final Path path;
    private final Object inode;
    private final Connection writer;
    private final Connection copier;

    /** On the log's file, for fsync only. SQLite keeps its locks on other files, so closing this one releases none. */
    private FileChannel log;

    private LedgerFile(Path path, Connection writer, Connection copier) throws IOException {
        this.path = path;
        this.writer = writer;
        this.copier = copier;
        inode = inode(path);
    }

    /**
     * Opens or makes the file and brings it to this version.
     *
     * @throws SQLException as SQLite says it; {@link LedgerFaults} tells what it means
     * @throws LedgerException where a later version of the program wrote it
     */
    static LedgerFile open(Path path) throws IOException, SQLException, LedgerException {
        LedgerLayout.requireFile(path);
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        }
        Connection writer = null;
        Connection copier = null;
        try {
            writer = connect(path, false, CACHE_KIB);
            prepare(path, writer);
            copier = connect(path, false, 16);
            // opens the log as well, so that it can be read after it was deleted
            LedgerSchema.version(copier);
            LedgerSchema.number(copier, "SELECT count(*) FROM minute WHERE minute = 0");
            return new LedgerFile(path, writer, copier);
        } catch (IOException | SQLException | LedgerException | RuntimeException e) {
            closeQuietly(copier);
            closeQuietly(writer);
            if (e instanceof SQLException sql) {
                throw LedgerFaults.ofOurStatements(path, sql);
            }
            throw e;
        }
    }

    /** A connection for one thread at a time. */
    static Connection connect(Path path, boolean readOnly, int cacheKib) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.FULLMUTEX);
        config.setReadOnly(readOnly);
        config.setBusyTimeout(readOnly ? 10 * BUSY_MILLIS : BUSY_MILLIS);
        config.setCacheSize(-cacheKib);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        return connection(path.toAbsolutePath().toString(), config);
    }

    /** As the driver makes it, without the platform's list of drivers, which makes classes at run time (docs/performance.md). */
    static Connection connection(String path, SQLiteConfig config) throws SQLException {
        return new JDBC4Connection(JDBC.PREFIX + path, path, config.toProperties());
    }

    private static void prepare(Path path, Connection c) throws SQLException, LedgerException {
        try (Statement s = c.createStatement()) {
            boolean empty = !LedgerLayout.hasBegun(path, c);
            if (empty) {
                s.execute("PRAGMA auto_vacuum = INCREMENTAL");
            }
            s.execute("PRAGMA journal_mode = WAL");
            s.execute("PRAGMA synchronous = NORMAL");
            s.execute("PRAGMA wal_autocheckpoint = 0");
            s.execute("PRAGMA journal_size_limit = " + WAL_COPY_BYTES);
            if (!empty) {
                check(path, c);
            }
        }
        List<List<String>> made = LedgerSchema.STEPS.subList(0, LedgerSchema.version(c));
        if (!LedgerSchema.isWhole(c, made)) {
            throw new SQLException(path + ": its tables are not as they were made", null, LedgerFaults.DAMAGED);
        }
        LedgerSchema.migrate(c, LedgerSchema.STEPS);
    }

    /** Reads the whole file once, as far as that goes in the time; what damage lies beyond shows itself when it is met. */
    private static void check(Path path, Connection c) throws SQLException {
        long end = System.nanoTime() + CHECK_MILLIS_MAX * 1_000_000;
        boolean[] late = new boolean[1];
        ProgressHandler.setHandler(c, CHECK_INSTRUCTIONS, new ProgressHandler() {
            @Override
            protected int progress() {
                late[0] = System.nanoTime() - end > 0;
                return late[0] ? 1 : 0;
            }
        });
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("PRAGMA quick_check(1)")) {
            String found = r.next() ? r.getString(1) : "ok";
            if (!"ok".equals(found)) {
                throw new SQLException(path + ": " + found, null, LedgerFaults.DAMAGED);
            }
        } catch (SQLException e) {
            if (!late[0]) {
                throw e;
            }
        } finally {
            ProgressHandler.clearHandler(c);
        }
    }

    Connection writer() {
        return writer;
    }

    Path path() {
        return path;
    }

    /** Whether the file under our name is no longer the one that is open: deleted, or another put in its place. */
    boolean gone() {
        try {
            return !Objects.equals(inode, inode(path));
        } catch (IOException e) {
            return true;
        }
    }

    /** The log's size; it grows beyond {@link #WAL_COPY_BYTES} only while a reader holds an old state. */
    long logBytes() {
        try {
            return Files.size(logPath());
        } catch (IOException e) {
            return 0;
        }
    }

    /** Makes every commit so far durable, and copies a large log back. For one thread, which may be another than the writer's. */
    void sync() throws IOException, SQLException {
        if (log == null || !log.isOpen()) {
            try {
                log = FileChannel.open(logPath(), StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                return;
            }
        }
        log.force(false);
        if (log.size() >= WAL_COPY_BYTES) {
            LedgerSchema.number(copier, "PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /** Writes all that is in the open file, deleted or not, as a new file under our name. The old one stays open until {@link #close}. */
    void rescue() throws SQLException, IOException {
        Path copy = path.resolveSibling(NAME + ".rescued");
        Files.deleteIfExists(copy);
        Files.createFile(copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        try (Statement s = copier.createStatement()) {
            s.execute("VACUUM INTO '" + copy.toString().replace("'", "''") + "'");
        }
        try (FileChannel c = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            c.force(true);
        }
        Files.move(copy, path);
    }

    @Override
    public void close() {
        closeQuietly(copier);
        closeQuietly(writer);
        if (log != null) {
            try {
                log.close();
            } catch (IOException e) {
                log = null;
            }
        }
    }

    static void rollback(Connection c) {
        try (Statement s = c.createStatement()) {
            s.execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite has rolled back already, as it does by itself after most failures
            return;
        }
    }

    static void closeQuietly(Connection c) {
        if (c != null) {
            try {
                c.close();
            } catch (SQLException e) {
                // every commit is in the file or its log; what failed is tidying up
                return;
            }
        }
    }

    private Path logPath() {
        return path.resolveSibling(path.getFileName() + "-wal");
    }

    private static Object inode(Path path) throws IOException {
        return Files.readAttributes(path, "unix:ino,dev");
    }
}
