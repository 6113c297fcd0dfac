package io.imdsight.demo;

import io.imdsight.model.Endpoints;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The demo's inner half: a private network with a stand-in metadata service in it, and clients to call it. It lives in the process that {@link
 * Demo#reexec} started. Whatever ends that process, or its parent, ends the session.
 */
public final class DemoSession implements Closeable {
    /** About what the real service takes, and time enough to look a socket up where there is no probe. */
    private static final int SERVICE_MILLIS = 2;

    /** The slowest client waits one second for a token, then five for an answer; each has its own limit besides. */
    private static final int CLIENT_SECONDS_MAX = 10;

    /** So that a reader sees each client's sightings below its description. */
    private static final int PAUSE_MILLIS = 300;

    private final PrivateNetwork network;
    private final StandInService service;
    private final Path directory;
    private final Programs programs = Programs.ofEnvironment();
    private Process client;
    private boolean closed;

    private DemoSession(PrivateNetwork network, StandInService service, Path directory) {
        this.network = network;
        this.service = service;
        this.directory = directory;
    }

    /**
     * Makes the network and starts the service, from what {@link Demo#reexec} left in the environment. Call it from the thread that will run the
     * clients.
     *
     * @throws UnsafeNetworkException where this process was not started so
     * @throws IOException where the kernel refuses, with the operation and the remedy
     */
    public static DemoSession open() throws IOException {
        Map<String, String> environment = System.getenv();
        long hostInode;
        long parent;
        String directory = environment.get(Demo.DIRECTORY_VARIABLE);
        try {
            hostInode = Long.parseLong(environment.get(Demo.HOST_NAMESPACE_VARIABLE));
            parent = Long.parseLong(environment.get(Demo.PARENT_VARIABLE));
        } catch (NumberFormatException e) {
            throw new UnsafeNetworkException("this is not the inner half of a demo; run: imdsight demo");
        }
        if (directory == null) {
            throw new UnsafeNetworkException("this is not the inner half of a demo; run: imdsight demo");
        }
        endWith(parent);
        DemoSession session = open(hostInode, Path.of(directory));
        Runtime.getRuntime().addShutdownHook(new Thread(session::close, "demo-close"));
        return session;
    }

    /**
     * As {@link #open()}, for a thread in a fresh namespace.
     *
     * @param hostInode the machine's own namespace
     * @param directory an empty one, for scripts; removed at the end
     */
    static DemoSession open(long hostInode, Path directory) throws IOException {
        PrivateNetwork network = PrivateNetwork.open(hostInode);
        try {
            DemoClients.writeScripts(directory);
            StandInOptions options = new StandInOptions(false, Set.of(PrivateNetwork.HOP_LIMITED_V4), SERVICE_MILLIS);
            return new DemoSession(network, StandInService.start(network, options), directory);
        } catch (IOException | RuntimeException e) {
            network.close();
            DemoDirectory.delete(directory);
            throw e;
        }
    }

    /** Ends this process where its parent ends, even by SIGKILL. */
    private static void endWith(long parent) throws UnsafeNetworkException {
        ProcessHandle outer = ProcessHandle.current()
                .parent()
                .filter(p -> p.pid() == parent)
                .orElseThrow(() -> new UnsafeNetworkException("the outer half of this demo is gone"));
        Thread.ofPlatform().name("demo-parent").daemon().start(() -> {
            outer.onExit().join();
            System.exit(Demo.EXIT_INTERNAL);
        });
    }

    /** The interface to capture on. */
    public String interfaceName() {
        return PrivateNetwork.MACHINE_INTERFACE;
    }

    /** The service's addresses. */
    public Endpoints endpoints() {
        return network.endpoints();
    }

    /**
     * Runs every client, one after the other.
     *
     * @param narration gets one line before each client, and one for each that is left out, with the remedy
     * @throws UnsafeNetworkException where the calling thread's network is not the session's
     * @throws IOException where a program cannot be started
     */
    public void runClients(Consumer<String> narration) throws IOException {
        DemoClients.missing(programs).forEach(narration);
        try {
            for (DemoClients.Client c : DemoClients.all(programs, network.hasV6())) {
                narration.accept(c.story() + ": " + String.join(" ", c.command()));
                network.machineGuard().check();
                run(c, narration);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private void run(DemoClients.Client c, Consumer<String> narration) throws IOException, InterruptedException {
        Process process;
        synchronized (this) {
            if (closed) {
                return;
            }
            process = DemoClients.prepare(c, directory).start();
            client = process;
        }
        if (!process.waitFor(CLIENT_SECONDS_MAX, TimeUnit.SECONDS)) {
            kill(process);
            narration.accept(
                    "ended after " + CLIENT_SECONDS_MAX + " s: " + c.command().getFirst());
        } else if (process.exitValue() != 0) {
            narration.accept("exit status " + process.exitValue() + " from " + String.join(" ", c.command()));
        }
    }

    private static void kill(Process process) {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
    }

    /** What the service was asked: the truth to compare sightings with. */
    public List<StandInRequest> requests() {
        return service.requests();
    }

    /** Kills the client that runs, ends the service, takes the network away, removes the scripts. Any thread may call it, more than once. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (client != null) {
                kill(client);
            }
        }
        service.close();
        network.close();
        DemoDirectory.delete(directory);
    }
}
