package io.imdsight.publish;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * {@code /metrics} and {@code /healthz}: who is let in, and for how long; {@link ScrapeAnswers} says what is answered. Clients may be anybody on the
 * machine: connections, their time and their threads are bounded, and nothing of the pipeline waits for one. Whoever comes when all places are taken
 * gets that of the connection that has sent no request, or not taken its answer, for longest; while an answer is made its client keeps its place.
 * While nobody is connected nothing here wakes up.
 */
public final class ScrapeServer implements Closeable {
    /** Prometheus, a health check and a person are three. */
    static final int CONNECTIONS_MAX = 16;

    /** A client that says nothing for so long has gone. */
    private static final int SILENT_MILLIS_MAX = 5_000;

    /** From the connection to the end of the answer: one request each. */
    static final long CONNECTION_NANOS_MAX = 10_000_000_000L;

    /** A connection that has been closed ends its thread at once. */
    private static final long PLACE_MILLIS_MAX = 250;

    /** Where the process has no descriptor left for a connection, that will not change within a moment. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** The stacks of threads that read one request and write one answer. */
    private static final int STACK_BYTES = 256 * 1024;

    private final ServerSocket server;
    private final ScrapeAnswers.Sources sources;
    private final Semaphore places = new Semaphore(CONNECTIONS_MAX);
    private final Deque<Open> open = new ArrayDeque<>();
    private ScrapeAnswers answers;
    private volatile boolean closed;

    /** A connection, and when its time is up, on the clock of {@link System#nanoTime}. No record, for it is only ever the same as itself. */
    private static final class Open {
        final Socket socket;
        final long endNanos;

        /** Under the monitor of all that are open, as what follows. */
        ScrapeAnswers.Stage stage = ScrapeAnswers.Stage.READING;

        long stageSinceNanos;

        Open(Socket socket, long nowNanos) {
            this.socket = socket;
            this.endNanos = nowNanos + CONNECTION_NANOS_MAX;
            this.stageSinceNanos = nowNanos;
        }
    }

    private ScrapeServer(ServerSocket server, ScrapeAnswers.Sources sources) {
        this.server = server;
        this.sources = sources;
    }

    /**
     * Listens and answers from now on.
     *
     * @param makeMeters called at the first scrape: who is never scraped need not pay for it
     * @throws IOException where the address cannot be listened on
     */
    @SuppressWarnings("AddressSelection") // the address is one, and no name
    public static ScrapeServer start(
            InetSocketAddress address, Supplier<Condition> condition, Supplier<Meters> makeMeters) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.bind(address);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        ScrapeServer out = new ScrapeServer(server, new ScrapeAnswers.Sources(condition, makeMeters));
        out.thread(out::accept, "scrapes").start();
        return out;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private Thread thread(Runnable body, String name) {
        Thread t = new Thread(null, body, name, STACK_BYTES);
        t.setDaemon(true);
        return t;
    }

    private void accept() {
        while (!closed) {
            try {
                server.setSoTimeout(endOverdue(System.nanoTime()));
                admit(server.accept());
            } catch (SocketTimeoutException e) {
                // somebody's time is up
            } catch (IOException e) {
                if (!closed) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (InterruptedException e) {
                close(); // nobody does; whoever waits to be let in must not wait for ever
            }
        }
    }

    /** How many milliseconds from now the next connection's time is up; 0 where nobody is connected. */
    private int endOverdue(long nowNanos) {
        synchronized (open) {
            while (!open.isEmpty() && open.getFirst().endNanos - nowNanos <= 0) {
                close(open.removeFirst().socket);
            }
            return open.isEmpty() ? 0 : (int) TimeUnit.NANOSECONDS.toMillis(open.getFirst().endNanos - nowNanos) + 1;
        }
    }

    private void admit(Socket socket) throws InterruptedException {
        if (!hasPlace()) {
            close(socket);
            return;
        }
        Open connection = new Open(socket, System.nanoTime());
        synchronized (open) {
            open.addLast(connection);
        }
        if (closed) { // before it was among those that close() ends
            end(connection);
            return;
        }
        try {
            thread(() -> serve(connection), "scrape").start();
        } catch (OutOfMemoryError e) { // no thread to be had: the machine's limit
            end(connection);
        }
    }

    private boolean hasPlace() throws InterruptedException {
        return places.tryAcquire() || someoneGivesWay() && places.tryAcquire(PLACE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    private boolean someoneGivesWay() {
        synchronized (open) {
            Open longest = null;
            for (Open o : open) {
                if (o.stage != ScrapeAnswers.Stage.ANSWERING
                        && (longest == null || o.stageSinceNanos - longest.stageSinceNanos < 0)) {
                    longest = o;
                }
            }
            if (longest != null) {
                open.remove(longest);
                close(longest.socket);
            }
            return longest != null;
        }
    }

    private void reached(Open connection, ScrapeAnswers.Stage stage) throws IOException {
        synchronized (open) {
            if (!open.contains(connection)) {
                throw new IOException("it has given way");
            }
            connection.stage = stage;
            connection.stageSinceNanos = System.nanoTime();
        }
    }

    private void serve(Open connection) {
        try {
            connection.socket.setSoTimeout(SILENT_MILLIS_MAX);
            answers().serve(connection.socket, stage -> reached(connection, stage));
        } catch (OutOfMemoryError e) {
            throw e; // as everywhere else: the agent ends
        } catch (IOException | RuntimeException | Error e) {
            // the client's to know: it has gone, was silent, or sent what is no request. No reason to end the agent
        } finally {
            end(connection);
        }
    }

    private synchronized ScrapeAnswers answers() {
        if (answers == null) {
            answers = new ScrapeAnswers(sources);
        }
        return answers;
    }

    private void end(Open connection) {
        synchronized (open) {
            open.remove(connection);
        }
        close(connection.socket);
        places.release();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was gone before
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            // nobody listens any more
        }
        synchronized (open) {
            open.forEach(o -> close(o.socket));
        }
    }
}
