package io.imdsight.demo;

import io.imdsight.linux.NetworkNamespace;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A thread that lives in a fresh network namespace of its own. Sockets opened by what runs here belong there for good, whichever thread uses
 * them later; so do those accepted from them.
 */
final class NamespaceThread implements Closeable {
    private final ExecutorService thread;
    private final NetworkNamespace namespace;

    /** Starts the thread and makes its namespace. */
    NamespaceThread(String name) throws IOException {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
        try {
            namespace = call(() -> {
                NetworkNamespace.enterFresh();
                return NetworkNamespace.open();
            });
        } catch (IOException | RuntimeException | Error e) {
            thread.shutdownNow();
            throw e;
        }
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    /** Runs a step in the namespace and waits for its end. */
    <T> T call(Callable<T> step) throws IOException {
        return NetworkNamespace.outcome(thread.submit(step));
    }

    /** Lets the thread go; the namespace vanishes with its last socket. */
    @Override
    public void close() {
        thread.shutdownNow();
        namespace.close();
    }
}
