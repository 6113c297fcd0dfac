package io.imdsight.decode;

/** Brings the lines of a stream together that are split over segments. What a line is good for its heir knows. */
abstract class LineReader {
    /** {@link #keepMax} of a line that is not looked at. */
    static final int NOTHING = -1;

    private static final int NO_BYTES = -1;

    private final LineBuffer line;
    private final LineEnds ends = new LineEnds();

    /** Where the bytes begin by which the stream has not advanced yet; {@link #NO_BYTES} while there are none. */
    private int readFrom = NO_BYTES;

    private int readTo;

    LineReader(Budget budget) {
        this.line = new LineBuffer(budget);
    }

    /** More bytes of the line that is being read; false where a limit ends the reading of it. */
    abstract boolean counted(int more, byte[] b, int at, int lineEnd);

    /** How many bytes of a line are worth keeping, of which these are the next; {@link #NOTHING} forgets it. */
    abstract int keepMax(byte[] b, int at, int count);

    /** For want of budget the rest of the line was lost. */
    abstract void lineLost();

    /** A line, without its line feed; {@code withReturn} counts a carriage return at its end. */
    abstract void lineEnd(byte[] b, int offset, int withReturn);

    /** Reads up to the end of a line, or keeps its beginning; returns where to go on. */
    final int readLine(byte[] b, int at, int end) {
        int newline = ends.find(b, at, end);
        boolean whole = newline < end;
        int next = whole ? newline + 1 : end;
        readTo = next;
        if (!counted(next - at, b, at, newline)) {
            return next;
        }
        if (whole && line.isEmpty()) {
            ends.endLine();
            lineEnd(b, at, newline - at);
            return next;
        }
        if (!keep(b, at, newline - at)) {
            lineLost();
            return next;
        }
        if (whole) {
            byte[] held = line.bytes();
            int length = line.length();
            line.clear();
            ends.endLine();
            lineEnd(held, 0, length);
        }
        return next;
    }

    /** The next bytes to be read begin at an index. */
    final void given(int from) {
        readFrom = from;
        readTo = from;
    }

    /** The stream has advanced by what was given. */
    final void advanced() {
        readFrom = NO_BYTES;
    }

    /** How many bytes have been read by which the stream has not advanced yet. */
    final int bytesRead() {
        return readFrom == NO_BYTES ? 0 : readTo - readFrom;
    }

    private boolean keep(byte[] b, int at, int count) {
        int keepMax = keepMax(b, at, count);
        if (keepMax == NOTHING) {
            line.clear();
            return true;
        }
        return line.append(b, at, count, keepMax);
    }

    /** Goes on as at the beginning of a line. */
    final void forgetLine() {
        line.clear();
        ends.beginLine();
    }

    final boolean isWithinLine() {
        return !line.isEmpty();
    }

    /** The beginning of the line that is being read. */
    final LineBuffer line() {
        return line;
    }

    final LineEnds ends() {
        return ends;
    }

    /** See {@link LineEnds#isUnclear}. */
    final boolean isUnclear() {
        return ends.isUnclear();
    }
}
