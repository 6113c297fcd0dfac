package io.imdsight.cli;

/** What the program's exit status says. The numbers from 64 on are those of BSD's sysexits(3). Part of the contract. */
final class ExitStatus {
    static final int DONE = 0;

    /** {@code audit}: calls were seen that would break. */
    static final int BLOCKED = 1;

    /** {@code audit}: none was seen, but one could have been missed. */
    static final int INCONCLUSIVE = 2;

    /** Wrong usage: an unknown command or flag, a bad value. */
    static final int USAGE = 64;

    /** An input file is damaged; what could be read was printed. */
    static final int DATA = 65;

    /** No such input, or it cannot be read. */
    static final int NO_INPUT = 66;

    /** Cannot capture here: no libpcap, no such interface, an interface that went away. */
    static final int UNAVAILABLE = 69;

    /** A fault of imdsight. */
    static final int INTERNAL = 70;

    /** The output cannot be written, as on a full disk. */
    static final int OUTPUT = 74;

    /** A privilege is missing. */
    static final int NOT_PERMITTED = 77;

    /** The configuration file or an environment variable is wrong. */
    static final int CONFIGURATION = 78;

    private ExitStatus() {}
}
