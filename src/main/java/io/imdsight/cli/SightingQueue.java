package io.imdsight.cli;

import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.Exchange;
import io.imdsight.model.RequestHead;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was decoded and waits to be attributed and printed. Bounded by bytes, because a hostile request's target may have 64 KiB: the giver never
 * waits, what does not fit is refused.
 */
final class SightingQueue {
    /**
     * About 20,000 ordinary requests. A metadata service answers an instance at most 1,024 packets a second, that is some 250 requests: the queue
     * outlasts a reader that stands still for more than a minute. An eighth of the heap that the launcher grants.
     */
    static final long BYTES_MAX = 16L << 20;

    /** An exchange, its connection, head and classification with their texts' headers, as a heap histogram shows them, rounded up. */
    private static final int EVENT_BYTES = 512;

    /** Something to be done by the sighting thread, in the order of the packets. */
    sealed interface Event permits Asked, Finished {
        /** The request that it is about. A method and not a {@code switch}, which makes a class at run time. */
        RequestHead request();
    }

    /**
     * A token request was read; its answer is still to come.
     *
     * @param connection where
     * @param openedNanos when that connection was first seen
     * @param head the request's head
     * @param headEnd TCP sequence number behind its last byte
     * @param timestampNanos when it was read
     */
    record Asked(Connection connection, long openedNanos, RequestHead head, int headEnd, long timestampNanos)
            implements Event {
        @Override
        public RequestHead request() {
            return head;
        }
    }

    /**
     * An exchange is over.
     *
     * @param exchange the exchange
     * @param classification what it means
     */
    record Finished(Exchange exchange, Classification classification) implements Event {
        @Override
        public RequestHead request() {
            return exchange.request();
        }
    }

    private final long bytesMax;
    private final Queue<Event> events = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long bytes;
    private boolean closed;

    SightingQueue(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Adds an event; false where there is no room, or the queue is closed. Never waits for the taker. */
    boolean offer(Event event) {
        long more = bytes(event);
        lock.lock();
        try {
            if (closed || bytes + more > bytesMax) {
                return false;
            }
            bytes += more;
            events.add(event);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next event, at once; null where none waits. */
    Event poll() {
        lock.lock();
        try {
            return next();
        } finally {
            lock.unlock();
        }
    }

    /** The next event, as soon as there is one; null where the queue is closed and empty. */
    Event take() throws InterruptedException {
        lock.lock();
        try {
            while (events.isEmpty() && !closed) {
                changed.await();
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more; what waits can still be taken. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How much of the room is taken. */
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private Event next() {
        Event event = events.poll();
        if (event != null) {
            bytes -= bytes(event);
        }
        return event;
    }

    private static long bytes(Event event) {
        RequestHead head = event.request();
        return EVENT_BYTES + bytes(head.method()) + bytes(head.target()) + bytes(head.userAgent());
    }

    /** Two bytes a character: text outside Latin-1 is stored so. */
    private static long bytes(String text) {
        return text == null ? 0 : 2L * text.length();
    }
}
