package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.model.Link;
import java.time.Instant;

/** A capture that is open, and the thread that it runs on. */
final class OpenCapture {
    /** It is wanted. */
    static final long WANTED = Long.MAX_VALUE;

    private final LiveCapture capture;
    private final int index;
    private String name;
    private volatile Throwable failure;
    private volatile long endedNanos;

    /** Since when no route leads over its interface, on the monotonic clock; the supervisor's business alone. */
    long unwantedNanos = WANTED;

    /**
     * @param index the interface's number in its namespace; 0 where it is not known, or all are meant
     */
    OpenCapture(LiveCapture capture, String name, int index) {
        this.capture = capture;
        this.name = name;
        this.index = index;
        if (index > 0) {
            capture.on(new Link(name, index));
        }
    }

    /**
     * Begins to read.
     *
     * @param onEnd called on the capture's thread when it ends, by itself or closed
     */
    void start(Runnable onEnd) {
        new Thread(
                        () -> {
                            try {
                                capture.run();
                            } catch (CaptureException | RuntimeException | Error e) {
                                failure = e;
                            }
                            endedNanos = nowNanos();
                            onEnd.run();
                        },
                        "capture")
                .start();
    }

    LiveCapture live() {
        return capture;
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
        capture.on(new Link(newName, index));
    }

    String description() {
        return capture.description();
    }

    boolean hasEnded() {
        return endedNanos != 0;
    }

    /** When it ended, nanoseconds since 1970. */
    long endedNanos() {
        return endedNanos;
    }

    /** Why it ended by itself; null where it did not. */
    Throwable failure() {
        return failure;
    }

    void close() {
        capture.close();
    }

    /** Nanoseconds since 1970. */
    static long nowNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
