package io.imdsight.cli;

import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that another thread can bring to its end, also while a read waits for a pipe's next bytes. */
final class EndableInput extends FilterInputStream {
    private volatile boolean ended;

    private EndableInput(InputStream in) {
        super(in);
    }

    /** Of a stream. Where it is a file's, a read that waits wakes up: closing a channel does that, closing a stream does not. */
    static EndableInput of(InputStream in) {
        return new EndableInput(in instanceof FileInputStream file ? Channels.newInputStream(file.getChannel()) : in);
    }

    static EndableInput open(Path path) throws IOException {
        return new EndableInput(Channels.newInputStream(FileChannel.open(path, StandardOpenOption.READ)));
    }

    /** From now on there is nothing more to read. */
    void end() {
        ended = true;
        try {
            in.close();
        } catch (IOException e) {
            return; // nobody reads it any more
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int from, int count) throws IOException {
        if (ended) {
            return -1;
        }
        try {
            return in.read(b, from, count);
        } catch (ClosedChannelException e) {
            if (ended) {
                return -1;
            }
            throw e;
        }
    }
}
