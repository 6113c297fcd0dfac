package io.imdsight.linux;

import java.io.Closeable;
import java.util.List;

/**
 * Records that the kernel makes, of every process and network namespace, in order, whichever way it hands them over.
 *
 * <p>{@link #await}, {@link #drain} and {@link #close} by one thread; {@link #wake} by any, before it is closed.
 */
public abstract class SampleStream implements Closeable {
    /** What a stream waits for; the stream adds its own descriptors, and closes it. */
    final Poll poll;

    SampleStream(Poll poll) {
        this.poll = poll;
    }

    /**
     * Waits until a waking record is there, {@link #wake} is called, or time is up.
     *
     * @return whether there may be records to drain
     */
    public final boolean await(int timeoutMillis) {
        return poll.await(timeoutMillis);
    }

    /** Ends {@link #await}, or the next one. */
    public final void wake() {
        poll.wake();
    }

    /** Lets sends end {@link #await}, too; whoever is woken must drain them. Once, and before it is first called. */
    public final void alsoAwaitSends(ConnectRecords records) {
        if (records.sendsDescriptor() >= 0) {
            poll.add(records.sendsDescriptor());
        }
    }

    /** Takes every record made up to now. One record's cause comes before it, and so does news of records that are missing before it. */
    public abstract List<TracepointSample> drain();

    @Override
    public abstract void close();
}
