package io.imdsight.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order on SIGINT and SIGTERM, with its own exit status: the virtual machine answers either with its shutdown hooks only,
 * and would exit with 128 and the signal's number.
 */
final class Ending {
    /** Above what {@link LivePipeline#finish} takes; systemd waits 90 s. */
    private static final int ORDERLY_SECONDS_MAX = 20;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Runnable stop;
    private volatile int status;

    /** For the process: signals call {@link #signalled}. */
    static Ending ofProcess() {
        Ending out = new Ending();
        Runtime.getRuntime().addShutdownHook(new Thread(out::endOrderly, "ending"));
        return out;
    }

    /** What a signal calls from now on; the command has to return soon after. Without it a signal ends the process at once. */
    void onSignal(Runnable newStop) {
        stop = newStop;
    }

    /** A signal has come. */
    void signalled() {
        Runnable r = stop;
        if (r != null) {
            r.run();
        }
    }

    /** Ends the process; does not return. */
    void exit(int newStatus) {
        status = newStatus;
        ended.countDown();
        System.exit(newStatus);
    }

    private void endOrderly() {
        if (ended.getCount() == 0 || stop == null) {
            return;
        }
        signalled();
        try {
            if (ended.await(ORDERLY_SECONDS_MAX, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
