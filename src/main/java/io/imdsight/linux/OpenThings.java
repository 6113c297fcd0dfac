package io.imdsight.linux;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed in the reverse order. Closing twice does no harm. */
final class OpenThings implements Closeable {
    private final Deque<Closeable> open = new ArrayDeque<>();

    <T extends Closeable> T keep(T thing) {
        open.push(thing);
        return thing;
    }

    int size() {
        return open.size();
    }

    /** Closes what was opened since there were so many. */
    void closeTo(int size) {
        while (open.size() > size) {
            try {
                open.pop().close();
            } catch (IOException e) {
                throw new IllegalStateException("closing a descriptor does not fail", e);
            }
        }
    }

    @Override
    public void close() {
        closeTo(0);
    }
}
