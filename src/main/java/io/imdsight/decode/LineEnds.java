package io.imdsight.decode;

/**
 * How the lines of a head end, and what stands in them that other readers may take for an end: RFC 9112 section 2.2 lets readers differ on a carriage return
 * or a zero byte within a line, on nothing but blanks, and on an end unlike the others'.
 */
final class LineEnds {
    /** Carriage returns and zero bytes in the line so far. */
    private int oddBytes;

    private boolean returnLast;
    private boolean endedInReturn;
    private boolean endedOdd;
    private int lines;
    private boolean linesEndInReturn;
    private boolean unclear;

    /** Where the line feed is, or {@code end} where the line goes on behind it. */
    int find(byte[] b, int at, int end) {
        int newline = at;
        while (newline < end && b[newline] != '\n') {
            if (b[newline] == '\r' || b[newline] == 0) {
                oddBytes++;
            }
            newline++;
        }
        if (newline > at) {
            returnLast = b[newline - 1] == '\r';
        }
        return newline;
    }

    /** A line begins. */
    void beginLine() {
        oddBytes = 0;
        returnLast = false;
    }

    /** The line's end was found, though it may not have been kept. */
    void endLine() {
        endedInReturn = returnLast;
        endedOdd = oddBytes > (endedInReturn ? 1 : 0);
        beginLine();
    }

    /** The line that ended last begins a head. */
    void beginHead() {
        lines = 0;
    }

    /** The line that ended last stands in a head, with this text. */
    void doubt(byte[] b, int offset, int length) {
        unclear |= endedOdd || length > 0 && isBlank(b, offset, length);
    }

    /** Compares the end of the line that ended last with those of the head's other lines. */
    void compare() {
        if (lines++ == 0) {
            linesEndInReturn = endedInReturn;
            unclear = endedOdd;
        } else {
            unclear |= endedInReturn != linesEndInReturn;
        }
    }

    /** Whether a line of this head, up to the one that is being read, may be two lines or the head's end for another reader. */
    boolean isUnclear() {
        return unclear;
    }

    private static boolean isBlank(byte[] b, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (!Ascii.isBlank(b[i])) {
                return false;
            }
        }
        return true;
    }
}
