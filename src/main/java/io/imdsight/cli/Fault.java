package io.imdsight.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fault of ours, made on purpose: FaultsIT shows with it that no thread of the agent dies in silence. Off, unless the virtual machine is given
 * {@code -Dimdsight.fault=STAGE:N}, as through IMDSIGHT_JAVA_OPTIONS: the stage then throws the N-th time it comes by, an exception, or with a third
 * part {@code :error} an error; with {@code :memory} it takes memory until there is none.
 */
final class Fault {
    /** Where it may throw. */
    enum Stage {
        /** The thread that opens and closes captures. */
        SUPERVISE,
        /** The decoder's first word of a connection, on a capture's thread. */
        DECODE,
        /** A classification, on a capture's thread. */
        CLASSIFY,
        /** The probe's thread, with a connect in hand. */
        PROBE,
        /** The sightings' thread, asking for a caller. */
        ATTRIBUTE,
        /** The sightings' thread, with a sighting for the ledger. */
        RECORD,
        /** The ledger's own thread. */
        LEDGER,
        /** The thread that writes summaries and the feed. */
        PUBLISH,
        /** The thread that feeds the watchdog. */
        VIGIL
    }

    /** More than any heap that a test gives. */
    private static final int MEBIBYTES_MAX = 4096;

    private static final String[] WANTED =
            System.getProperty("imdsight.fault", "").split(":", -1);

    private static final Stage STAGE = WANTED.length < 2 ? null : Stage.valueOf(WANTED[0].toUpperCase(Locale.ROOT));

    private static final AtomicLong LEFT = new AtomicLong(WANTED.length < 2 ? 0 : Long.parseLong(WANTED[1]));

    private Fault() {}

    /** Comes by. */
    static void at(Stage stage) {
        if (stage == STAGE && LEFT.decrementAndGet() == 0) {
            String what = "a fault made on purpose in " + stage;
            switch (WANTED.length > 2 ? WANTED[2] : "") {
                case "error" -> throw new AssertionError(what);
                case "memory" -> takeAll();
                default -> throw new IllegalStateException(what);
            }
        }
    }

    private static void takeAll() {
        List<byte[]> taken = new ArrayList<>();
        while (taken.size() < MEBIBYTES_MAX) {
            byte[] more = new byte[1 << 20];
            Arrays.fill(more, (byte) 1); // memory counts once it is written
            taken.add(more);
        }
    }
}
