package io.imdsight.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Questions and news for the probe's thread, from any other. */
final class ProbeQuestions {
    /** Those who ask wait for the answer; news, which {@link ConnectProbe#closed} brings, fill half of it. */
    private static final int WAITING_MAX = 1024;

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Runnable wake;

    /**
     * @param wake makes the thread look
     */
    ProbeQuestions(Runnable wake) {
        this.wake = wake;
    }

    /**
     * Lets the thread answer a question.
     *
     * @param otherwise the answer where there is no room, or none came in time
     */
    <T> T ask(Supplier<T> question, long waitNanosMax, T otherwise) throws InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!waiting.offer(() -> answer.complete(question.get()))) {
            return otherwise;
        }
        wake.run();
        try {
            return answer.get(waitNanosMax, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return otherwise;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the probe could not answer", e);
        }
    }

    /** Leaves news, which may wait; gone where half is taken, for a flood of news must not silence those who ask. */
    void tell(Runnable news) {
        if (waiting.remainingCapacity() > WAITING_MAX / 2) {
            waiting.offer(news);
        }
    }

    /** What waits now, for the thread to run. */
    List<Runnable> take() {
        List<Runnable> out = new ArrayList<>();
        waiting.drainTo(out);
        return out;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}
