package io.imdsight.publish.cloudwatch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The thread that publishes to CloudWatch. What goes wrong in it is said; it begins again after a while, and stops nothing else. */
public final class CloudWatchThread implements AutoCloseable {
    /** The agent has ten seconds to end; the rest of it needs the other two. */
    private static final long LAST_MILLIS_MAX = 8_000;

    private static final long AFTER_FAULT_MILLIS = 60_000;

    private final Supplier<CloudWatchPublisher> opener;
    private final Consumer<String> say;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread thread;
    private volatile CloudWatchPublisher publisher;
    private volatile boolean faultSaid;
    private volatile boolean faulty;

    /**
     * Starts it.
     *
     * @param opener makes the publisher, on the thread: may wait for the machine's identity; returns null, or throws, where it cannot be made yet
     */
    public CloudWatchThread(Supplier<CloudWatchPublisher> opener, Consumer<String> say) {
        this.opener = opener;
        this.say = say;
        thread = new Thread(this::run, "cloudwatch");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!ending.await(stepMillis(), TimeUnit.MILLISECONDS)) {
                // until the end
            }
            CloudWatchPublisher p = publisher;
            if (p != null) {
                p.last();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fault(e);
        }
    }

    private long stepMillis() {
        try {
            if (publisher == null) {
                publisher = opener.get();
            }
            long waitMillis = publisher == null ? AFTER_FAULT_MILLIS : publisher.step();
            faulty = publisher == null;
            return waitMillis;
        } catch (RuntimeException e) {
            fault(e);
            return AFTER_FAULT_MILLIS;
        }
    }

    private void fault(RuntimeException e) {
        faulty = true;
        if (!faultSaid) {
            faultSaid = true;
            say.accept("publishing to CloudWatch failed by a fault of ours: " + e
                    + "; it is tried again, counts stay in the ledger");
        }
    }

    /** Whether counts do not get to CloudWatch now: it refuses them, or it is not known yet which machine this is. Any thread; does not wait. */
    public boolean isFailing() {
        CloudWatchPublisher p = publisher;
        return faulty || p != null && p.isFailing();
    }

    /** The publisher; null until it could be made. */
    public CloudWatchPublisher publisher() {
        return publisher;
    }

    /** Publishes what there is, within eight seconds, and ends. */
    @Override
    public void close() {
        ending.countDown();
        try {
            thread.join(LAST_MILLIS_MAX);
            thread.interrupt();
            thread.join(LAST_MILLIS_MAX / 8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
