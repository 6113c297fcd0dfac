package io.imdsight.report.scan;

import java.io.IOException;
import java.util.Arrays;

/** Bytes that can be read from any place: a file, or an archive within one. */
public interface ByteSource {
    /** How many there are. */
    long length();

    /**
     * Reads some.
     *
     * @param at where from
     * @return how many bytes were read; below 1 where there are none
     */
    int read(long at, byte[] into, int offset, int count) throws IOException;

    /** The bytes from a place on, fewer where there are fewer. */
    default byte[] bytes(long at, int count) throws IOException {
        if (at < 0 || count <= 0 || at >= length()) {
            return new byte[0];
        }
        byte[] out = new byte[(int) Math.min(count, length() - at)];
        int done = 0;
        while (done < out.length) {
            int got = read(at + done, out, done, out.length - done);
            if (got < 1) {
                return Arrays.copyOf(out, done);
            }
            done += got;
        }
        return out;
    }

    /** Bytes in memory. */
    static ByteSource of(byte[] bytes) {
        return new ByteSource() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public int read(long at, byte[] into, int offset, int count) {
                if (at < 0 || at >= bytes.length) {
                    return 0;
                }
                int some = (int) Math.min(count, bytes.length - at);
                System.arraycopy(bytes, (int) at, into, offset, some);
                return some;
            }
        };
    }

    /** A part of other bytes. */
    static ByteSource part(ByteSource whole, long from, long length) {
        return new ByteSource() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public int read(long at, byte[] into, int offset, int count) throws IOException {
                return at < 0 || at >= length
                        ? 0
                        : whole.read(from + at, into, offset, (int) Math.min(count, length - at));
            }
        };
    }
}
