package io.imdsight.capture;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/** A file's bytes in one buffer that slides over them: memory stays flat, and records are decoded where they lie. */
final class FileInput {
    /** Holds the longest record ({@link CaptureFileReader#PACKET_BYTES_MAX} with its headers and options) and reads in big blocks. */
    static final int BUFFER_BYTES = 512 * 1024;

    final byte[] buffer = new byte[BUFFER_BYTES];

    /** Where the next byte to be read lies in the buffer. */
    int position;

    private int limit;
    private long discarded;
    private boolean ended;
    private IOException damage;
    private final InputStream in;

    FileInput(InputStream in) {
        this.in = in;
    }

    /** Whether this many bytes lie at {@link #position}, after reading on if need be. False only at the file's end. */
    boolean has(int bytes) throws IOException {
        return limit - position >= bytes || fill(bytes);
    }

    /** Goes on by this many bytes, without keeping them. False where the file ends first. */
    boolean skip(long bytes) throws IOException {
        long left = bytes;
        while (limit - position < left) {
            left -= limit - position;
            position = limit;
            if (!has(1)) {
                return false;
            }
        }
        position += (int) left;
        return true;
    }

    /** How many bytes of the file lie before {@link #position}. */
    long offset() {
        return discarded + position;
    }

    /** What was wrong with the compressed form where the bytes ended early; null where nothing was. */
    IOException damage() {
        return damage;
    }

    private boolean fill(int bytes) throws IOException {
        if (bytes > BUFFER_BYTES) {
            throw new IllegalArgumentException("more than the buffer holds: " + bytes);
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        discarded += position;
        limit -= position;
        position = 0;
        while (limit < bytes && !ended) {
            int read = readSome();
            if (read <= 0) {
                ended = true;
            } else {
                limit += read;
            }
        }
        return limit >= bytes;
    }

    private int readSome() throws IOException {
        try {
            return in.read(buffer, limit, BUFFER_BYTES - limit);
        } catch (ZipException
                | EOFException e) { // how java.util.zip reports damage; any other failure is not the file's contents
            damage = e;
            return -1;
        }
    }
}
