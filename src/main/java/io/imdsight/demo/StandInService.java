package io.imdsight.demo;

import io.imdsight.linux.TcpConnection;
import io.imdsight.linux.TcpListener;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A stand-in for the EC2 instance metadata service, faithful in statuses, headers and the handling of connections, which keeps a record of each
 * request. It listens on every address of its network namespace, both families.
 */
public final class StandInService implements Closeable {
    /** More than any test opens at once; one more is closed unread. Each costs a thread and a head's buffer. */
    private static final int CONNECTIONS_MAX = 128;

    /** A burst of clients must not see its SYNs dropped. */
    private static final int BACKLOG = 512;

    /** In a row. accept(2): errors of a connection that is already gone show here. */
    private static final int ACCEPT_FAILURES_MAX = 1000;

    /** Beyond this, requests are served but no longer recorded: see {@link #unrecorded}. */
    private static final int REQUESTS_MAX = 200_000;

    private final TcpListener listener;
    private final int port;
    private final StandInOptions options;
    private final StandInAnswers answers;
    private final ThreadPoolExecutor threads;
    private final Consumer<StandInRequest> onRequest;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<TcpConnection> open = ConcurrentHashMap.newKeySet();
    private final List<StandInRequest> requests = new ArrayList<>();
    private long unrecorded;
    private long turnedAway;

    private StandInService(TcpListener listener, int port, StandInOptions options, Consumer<StandInRequest> onRequest) {
        this.listener = listener;
        this.port = port;
        this.options = options;
        this.onRequest = onRequest;
        SessionTokens tokens = new SessionTokens(System::nanoTime);
        answers = new StandInAnswers(options.tokensRequired(), tokens, Clock.systemUTC());
        threads = new ThreadPoolExecutor(
                0,
                CONNECTIONS_MAX + 1,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("stand-in-", 0).daemon().factory());
    }

    /**
     * Opens the service in the calling thread's network namespace.
     *
     * @param guard asked first
     * @param port the TCP port, usually 80; 0 for any
     * @throws UnsafeNetworkException where the guard refuses
     */
    public static StandInService start(NamespaceGuard guard, int port, StandInOptions options) throws IOException {
        return start(listen(guard, port), options, r -> {});
    }

    /** As {@link #start(NamespaceGuard, int, StandInOptions)}; each request is also handed over before it is answered, by any thread. */
    static StandInService start(
            NamespaceGuard guard, int port, StandInOptions options, Consumer<StandInRequest> listener)
            throws IOException {
        return start(listen(guard, port), options, listener);
    }

    /** Opens the service on the service's side of a private network. */
    public static StandInService start(PrivateNetwork network, StandInOptions options) throws IOException {
        int port = network.endpoints().port();
        return start(network.callInService(() -> listen(network.serviceGuard(), port)), options, r -> {});
    }

    private static TcpListener listen(NamespaceGuard guard, int port) throws IOException {
        guard.check();
        return TcpListener.open(port, BACKLOG);
    }

    private static StandInService start(
            TcpListener listener, StandInOptions options, Consumer<StandInRequest> onRequest) throws IOException {
        StandInService service = new StandInService(listener, listener.port(), options, onRequest);
        service.threads.execute(service::acceptUntilClosed);
        return service;
    }

    private void acceptUntilClosed() {
        try (listener) {
            for (TcpConnection c = accept(); c != null; c = accept()) {
                serve(c);
            }
        }
    }

    /** Null when the service is closed, and when the kernel has no descriptor left: it ends rather than spins. */
    private TcpConnection accept() {
        for (int failures = 0; failures < ACCEPT_FAILURES_MAX; failures++) {
            try {
                return listener.accept();
            } catch (IOException e) {
                // a client that went away before it was accepted
            }
        }
        return null;
    }

    private void serve(TcpConnection socket) {
        open.add(socket);
        StandInConnection connection = new StandInConnection(socket, answers, options, this::record);
        try {
            threads.execute(() -> {
                connection.run();
                open.remove(socket);
            });
        } catch (RejectedExecutionException e) {
            open.remove(socket);
            synchronized (this) {
                turnedAway++;
            }
            socket.close();
        }
    }

    private synchronized void record(StandInRequest request) {
        if (requests.size() < REQUESTS_MAX) {
            requests.add(request);
        } else {
            unrecorded++;
        }
        onRequest.accept(request);
    }

    /** Waits until {@link #close}, or an interrupt. */
    void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** What it was asked so far, in order of arrival; a request is here before its answer is sent. */
    public synchronized List<StandInRequest> requests() {
        return List.copyOf(requests);
    }

    /** Requests that were served after the record was full. */
    public synchronized long unrecorded() {
        return unrecorded;
    }

    /** Connections that were closed unread because too many were open. */
    public synchronized long turnedAway() {
        return turnedAway;
    }

    /** Ends the service and every connection at once. */
    @Override
    public void close() {
        ended.countDown();
        listener.shut();
        threads.shutdown();
        open.forEach(TcpConnection::shut);
    }
}
