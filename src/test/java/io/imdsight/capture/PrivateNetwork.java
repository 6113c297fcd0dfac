package io.imdsight.capture;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace made for one test, with loopback up and nothing else in it. Refuses to do anything in the namespace that the test runs in. */
final class PrivateNetwork implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int CLONE_NEWNET = 0x40000000;

    /** The few calls that Java lacks. */
    interface C extends Library {
        C LIBRARY = Native.load("c", C.class);

        int open(String path, int flags);

        int close(int fd);

        int setns(int fd, int type);

        int setsockopt(int fd, int level, int option, byte[] value, int length);

        int getsockopt(int fd, int level, int option, byte[] value, int[] length);
    }

    final String name = "imdsight-it-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final List<Process> processes = new ArrayList<>();

    PrivateNetwork() throws Exception {
        execute("ip", "netns", "add", name);
        checkPrivate();
        inside("ip", "link", "set", "lo", "up");
    }

    Path path() {
        return Path.of("/run/netns", name);
    }

    private void checkPrivate() throws IOException {
        Object ours = Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino");
        if (ours.equals(Files.getAttribute(path(), "unix:ino"))) {
            throw new IllegalStateException("not a namespace of its own: " + name);
        }
        String routes = execute("nsenter", "--net=" + path(), "ip", "route", "show", "table", "all");
        if (!routes.isBlank()) {
            throw new IllegalStateException("a new namespace with routes: " + routes);
        }
    }

    /** Adds the service's addresses to an interface. */
    PrivateNetwork service(String link) throws Exception {
        inside("ip", "address", "add", "169.254.169.254/32", "dev", link);
        inside("ip", "address", "add", "fd00:ec2::254/128", "dev", link, "nodad");
        return this;
    }

    String inside(String... command) throws IOException {
        return execute(entering(command).toArray(String[]::new));
    }

    private List<String> entering(String... command) {
        List<String> whole = new ArrayList<>(List.of("nsenter", "--net=" + path()));
        whole.addAll(List.of(command));
        return whole;
    }

    /** A stand-in on port 80 of all addresses that answers everything with a long body. */
    void serve(String bindAddress) throws Exception {
        String script = """
                import http.server, socket, sys
                class Handler(http.server.BaseHTTPRequestHandler):
                    protocol_version = "HTTP/1.1"
                    def do_GET(self):
                        body = b"b" * 5000
                        self.send_response(200)
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                    def log_message(self, *args): pass
                class Server(http.server.ThreadingHTTPServer):
                    address_family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
                Server((sys.argv[1], 80), Handler).serve_forever()
                """;
        Process server = new ProcessBuilder(entering("python3", "-c", script, bindAddress))
                .inheritIO()
                .start();
        processes.add(server);
        String listening = bindAddress.contains(":") ? "[" + bindAddress + "]:80" : bindAddress + ":80";
        for (int i = 0; i < 100; i++) {
            if (inside("ss", "-Hltn").contains(listening)) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("the stand-in does not listen on " + listening);
    }

    /** Runs something on a thread that is in the namespace. */
    <T> T on(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(() -> {
            enter();
            return task.call();
        });
        new Thread(future, "in-" + name).start();
        return future.get(30, TimeUnit.SECONDS);
    }

    /** Moves the calling thread into the namespace, for good. */
    void enter() {
        int fd = C.LIBRARY.open(path().toString(), 0x80000);
        if (fd < 0 || C.LIBRARY.setns(fd, CLONE_NEWNET) != 0) {
            throw new IllegalStateException("cannot enter " + name + ", error " + Native.getLastError());
        }
        C.LIBRARY.close(fd);
    }

    static String execute(String... command) throws IOException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!p.waitFor(30, TimeUnit.SECONDS) || p.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + out);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        for (Process p : processes) {
            p.destroyForcibly().onExit().join();
        }
        execute("ip", "netns", "delete", name);
    }
}
