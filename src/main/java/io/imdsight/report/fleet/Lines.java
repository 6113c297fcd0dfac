package io.imdsight.report.fleet;

import java.io.IOException;
import java.io.InputStream;

/** Cuts a stream into lines in one buffer that slides over it, however long a line is: a longer one than may be is told of, not kept. */
final class Lines {
    /** The longest line that the agent writes: publish.NdjsonFile. */
    static final int LINE_BYTES_MAX = 64 * 1024;

    private static final int BUFFER_BYTES = 4 * LINE_BYTES_MAX;

    /** Takes lines. */
    interface Sink {
        /** A line without its end, in a buffer that is used again after the call. */
        void line(byte[] buffer, int offset, int length);

        /** A line that is too long to be one. */
        void tooLong();
    }

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    private boolean skipping;

    /**
     * Reads to the end. What was read before an exception has been handed on, but for a line that it cut.
     *
     * @return how many bytes there were
     */
    long read(InputStream in, Sink sink) throws IOException {
        start = 0;
        end = 0;
        skipping = false;
        long bytes = 0;
        for (int got; (got = in.read(buffer, end, BUFFER_BYTES - end)) >= 0; ) {
            bytes += got;
            int scanned = end;
            end += got;
            cut(scanned, sink);
            makeRoom(sink);
        }
        if (end > start && !skipping) {
            hand(end, sink);
        }
        return bytes;
    }

    private void cut(int from, Sink sink) {
        for (int i = from; i < end; i++) {
            if (buffer[i] == '\n') {
                if (!skipping) {
                    hand(i, sink);
                }
                skipping = false;
                start = i + 1;
            }
        }
    }

    private void hand(int until, Sink sink) {
        int length = until - start;
        if (length > 0 && buffer[until - 1] == '\r') {
            length--;
        }
        if (length > LINE_BYTES_MAX) {
            sink.tooLong();
        } else if (length > 0) {
            sink.line(buffer, start, length);
        }
    }

    private void makeRoom(Sink sink) {
        if (skipping) {
            start = 0;
            end = 0;
            return;
        }
        int length = end - start;
        if (length > LINE_BYTES_MAX + 1) {
            skipping = true;
            sink.tooLong();
            length = 0;
        } else if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, length);
        }
        start = 0;
        end = length;
    }
}
