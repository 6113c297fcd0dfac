package io.imdsight.linux;

import java.io.Closeable;
import java.util.List;

/**
 * Records that the kernel makes, of every process and network namespace, in order, whichever way it hands them over.
 *
 * <p>{@link #await}, {@link #drain} and {@link #close} by one thread; {@link #wake} by any, before it is closed.
 */
public interface SampleStream extends Closeable {
    /**
     * Waits until a waking record is there, {@link #wake} is called, or time is up.
     *
     * @return whether there may be records to drain
     */
    boolean await(int timeoutMillis);

    /** Ends {@link #await}, or the next one. */
    void wake();

    /** Lets sends end {@link #await}, too; whoever is woken must drain them. Once, and before it is first called. */
    void alsoAwaitSends(ConnectRecords records);

    /** Takes every record made up to now. One record's cause comes before it, and so does news of records that are missing before it. */
    List<TracepointSample> drain();

    @Override
    void close();
}
