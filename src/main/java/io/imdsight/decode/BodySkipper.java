package io.imdsight.decode;

/** Passes over the body of one message after the other, keeping nothing of it (RFC 9112 sections 6 and 7). */
final class BodySkipper {
    /** How the bytes behind a head are to be read. */
    enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE,
        /** No HTTP any more: CONNECT, Upgrade. */
        TUNNEL
    }

    private enum Phase {
        OVER,
        DATA,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILERS,
        UNTIL_CLOSE
    }

    /** A chunk's size and its extensions: sixteen digits are the most that can mean anything. */
    static final int LINE_KEEP_BYTES = 64;

    private Phase phase = Phase.OVER;
    private long remaining;

    /**
     * A head has ended.
     *
     * @param length the announced number of bytes, where the kind is {@code LENGTH}
     */
    void begin(Kind kind, long length) {
        remaining = length;
        phase = switch (kind) {
            case NONE, TUNNEL -> Phase.OVER;
            case LENGTH -> length > 0 ? Phase.DATA : Phase.OVER;
            case CHUNKED -> Phase.CHUNK_SIZE;
            case UNTIL_CLOSE -> Phase.UNTIL_CLOSE;
        };
    }

    boolean isOver() {
        return phase == Phase.OVER;
    }

    boolean isUntilClose() {
        return phase == Phase.UNTIL_CLOSE;
    }

    /** Whether a line comes next, for {@link #line}; otherwise bytes, for {@link #skip}. */
    boolean isBetweenParts() {
        return phase == Phase.CHUNK_SIZE || phase == Phase.CHUNK_END || phase == Phase.TRAILERS;
    }

    /** How many of so many bytes at hand belong to the body. */
    int skip(int available) {
        if (phase == Phase.UNTIL_CLOSE) {
            return available;
        }
        int count = (int) Math.min(available, remaining);
        pass(count);
        return count;
    }

    /** Bytes were never seen; false where it cannot be told what they were. */
    boolean gap(int count) {
        if (phase == Phase.UNTIL_CLOSE) {
            return true;
        }
        if (isBetweenParts() || count > remaining) {
            return false;
        }
        pass(count);
        return true;
    }

    private void pass(int count) {
        remaining -= count;
        if (remaining == 0) {
            phase = phase == Phase.CHUNK_DATA ? Phase.CHUNK_END : Phase.OVER;
        }
    }

    /** A line between the parts, without its end; false where it is none that can stand there. */
    boolean line(byte[] b, int offset, int length) {
        switch (phase) {
            case CHUNK_SIZE -> {
                remaining = Framing.chunkSize(b, offset, length);
                phase = remaining == 0 ? Phase.TRAILERS : Phase.CHUNK_DATA;
                return remaining >= 0;
            }
            case CHUNK_END -> phase = Phase.CHUNK_SIZE;
            case TRAILERS -> {
                if (length == 0) {
                    phase = Phase.OVER;
                }
            }
            default -> throw new IllegalStateException("no lines in " + phase);
        }
        return true;
    }
}
