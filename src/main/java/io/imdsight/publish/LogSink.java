package io.imdsight.publish;

import java.io.IOException;

/** Takes the lines of the service log. */
@FunctionalInterface
public interface LogSink {
    /** Somebody should know: a new caller. Priorities of syslog(3). */
    int WARNING = 4;

    /** See {@link #WARNING}; a summary. */
    int INFO = 6;

    /** The longest line that stays one line on its way, line feed included; what is longer must not be handed in. */
    default int lineBytesMax() {
        return Integer.MAX_VALUE;
    }

    /**
     * Takes one line, line feed included.
     *
     * @throws IOException where it cannot be written
     */
    void line(int priority, LineBuffer line) throws IOException;
}
