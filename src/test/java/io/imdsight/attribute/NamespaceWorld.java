package io.imdsight.attribute;

import io.imdsight.linux.KernelClock;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs inside a network namespace of its own: a service at the metadata service's addresses, and real clients that call it. Says on stdout what
 * really happened, a line each:
 *
 * <pre>
 * accept NUMBER ADDRESS PORT NANOS ADDRESS-OF-SERVICE HEAD-END     a connection, with the number in its request's path
 * client NUMBER PID                                       who made it
 * seed EVIDENCE RIGHT                                     a connection older than the Attributor (argument "seed")
 * named NUMBER EVIDENCE PID COMMAND LINE                  with an Attributor in here (argument "table")
 * </pre>
 */
final class NamespaceWorld {
    private static final long CLIENT_SECONDS_MAX = 20;
    private static final int WAITS_MAX = 400;
    private static final long WAIT_MILLIS = 25;

    /** Connections under way. */
    private static final AtomicInteger ANSWERING = new AtomicInteger();

    private volatile Attributor attributor;
    private final KernelClock clock = KernelClock.system();

    /** Whether a connection is looked up with its first request: whoever sends that has the socket by then. */
    private volatile boolean looksLate;

    /** Null where nobody asks for the place of a request. */
    private final HeadEnds headEnds;

    private NamespaceWorld(Attributor attributor, HeadEnds headEnds) {
        this.attributor = attributor;
        this.headEnds = headEnds;
    }

    /** Arguments: the host's network namespace, "table", "seed" or "plain", then rounds as {@code
     * COUNTxPARALLEL:ADDRESS}, perhaps with {@code #PORT} for the client's port; {@code
     * tiny:PROGRAM COUNT BURST GAP-MICROS ADDRESS HOW}, or {@code senders:PROGRAM HOW FIRST COUNT ADDRESS}. */
    public static void main(String[] args) throws Exception {
        String mine = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        if (!mine.startsWith("net:[") || mine.equals(args[0])) {
            throw new IllegalStateException("not in a network namespace of our own: " + mine);
        }
        run("ip", "link", "set", "lo", "up");
        run("ip", "address", "add", "169.254.169.254/32", "dev", "lo");
        run("ip", "address", "add", "fd00:ec2::254/128", "dev", "lo", "nodad");
        // No TIME_WAIT in here, so that a port can be used again at once.
        Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_max_tw_buckets"), "0");
        // TCP Fast Open for clients and for every server, without a cookie: Documentation/networking/ip-sysctl.rst
        Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_fastopen"), "1543");
        boolean table = "table".equals(args[1]);
        HeadEnds headEnds = table ? null : HeadEnds.captured(); // a socket table does not ask
        Endpoints endpoints = Endpoints.EC2;
        Attributor attributor = table
                ? Attributor.start(AttributorOptions.of(endpoints, new Drops()).withoutProbe())
                : null;
        NamespaceWorld world = new NamespaceWorld(attributor, headEnds);
        for (IpAddress a : endpoints.addresses()) {
            world.serve(a.inetAddress());
        }
        if ("seed".equals(args[1])) {
            world.callOlderThanTheAttributor();
        }
        int next = 0;
        for (int i = 2; i < args.length; i++) {
            if (args[i].startsWith("tiny:")) {
                String[] tiny = args[i].substring(5).split(" ", -1);
                launch(next, tiny);
                next += Integer.parseInt(tiny[1]);
                continue;
            }
            if (args[i].startsWith("senders:")) {
                world.send(args[i].substring(8).split(" ", -1));
                continue;
            }
            String[] round = args[i].split("[x:]", 3);
            int count = Integer.parseInt(round[0]);
            int parallel = Integer.parseInt(round[1]);
            for (int done = 0; done < count; done += parallel) {
                String[] port = round[2].split("#", 2);
                world.clients(next, parallel, port[0], port.length == 2 ? port[1] : "");
                next += parallel;
            }
        }
        if (attributor != null) {
            settle();
            attributor.close();
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** A kept-alive connection of our own that is there before the Attributor. */
    private void callOlderThanTheAttributor() throws IOException, InterruptedException {
        Socket s = new Socket(IpAddress.IMDS_V4.inetAddress(), 80);
        Connection c = new Connection(IpAddress.IMDS_V4, s.getLocalPort(), IpAddress.IMDS_V4, 80);
        try (Attributor late = Attributor.start(AttributorOptions.of(Endpoints.EC2, new Drops()))) {
            awaitSeed(late);
            s.close();
            Attribution a = late.find(c, clock.epoch().getAsLong(), 0);
            say("seed " + a.evidence().method().label() + " "
                    + (a.caller() != null
                            && a.caller().pid() == ProcessHandle.current().pid()));
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("failed: " + String.join(" ", command));
        }
    }

    private void serve(InetAddress address) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(address, 80), 100);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Socket s = server.accept();
                    Thread.ofPlatform().daemon().start(() -> answerAndClose(s));
                } catch (IOException e) {
                    say("error " + e);
                }
            }
        });
    }

    private void answerAndClose(Socket s) {
        ANSWERING.incrementAndGet();
        try (s) {
            answer(s);
        } catch (IOException e) {
            say("error " + e);
        } finally {
            ANSWERING.decrementAndGet();
        }
    }

    /** The last answers are said after their clients have gone. */
    private static void settle() throws InterruptedException {
        Thread.sleep(300);
        for (int i = 0; i < WAITS_MAX && ANSWERING.get() > 0; i++) {
            Thread.sleep(WAIT_MILLIS);
        }
    }

    /** Waits until what was open when the Attributor started has been found. */
    private static void awaitSeed(Attributor attributor) throws InterruptedException {
        for (int i = 0; i < WAITS_MAX && attributor.counts().lookupsNamed() == 0; i++) {
            Thread.sleep(WAIT_MILLIS);
        }
        Thread.sleep(300); // it is handed on
    }

    private void answer(Socket s) throws IOException {
        long nanos = clock.epoch().getAsLong();
        Connection c =
                new Connection(IpAddress.of(s.getInetAddress()), s.getPort(), IpAddress.of(s.getLocalAddress()), 80);
        boolean opened = attributor != null && !looksLate;
        if (opened) {
            attributor.opened(c, nanos);
        }
        s.setSoTimeout(10_000);
        s.setTcpNoDelay(true);
        boolean more = true;
        while (more) {
            String head = head(s.getInputStream());
            more = head.contains("keep-alive");
            if (attributor != null && looksLate && !opened) {
                opened = true;
                attributor.opened(c, nanos);
            }
            if (!head.contains("/n/")) {
                break;
            }
            String number = head.substring(head.indexOf("/n/") + 3, head.indexOf(" HTTP"));
            // a connection may change hands only if it is kept; one capture would be too slow for all clients
            int headEnd = more && headEnds != null ? headEnds.await("/n/" + number) : 0;
            say("accept " + number + " " + c.originator() + " " + s.getPort() + " " + nanos + " " + c.responder() + " "
                    + headEnd);
            if (attributor != null) {
                pause();
            }
            s.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: " + (more ? "keep-alive" : "close")
                                    + "\r\n\r\nok")
                            .getBytes(StandardCharsets.US_ASCII));
            s.getOutputStream().flush();
            if (!more) {
                s.shutdownOutput();
            }
            if (attributor != null) {
                Attribution a = attributor.find(c, nanos, headEnd);
                say("named " + number + " " + a.evidence().method().label() + " "
                        + (a.caller() == null
                                ? a.evidence().reason()
                                : a.caller().pid() + " " + a.caller().commandLine()
                                        + (a.evidence().reason() == null
                                                ? ""
                                                : " (" + a.evidence().reason() + ")")));
            }
        }
        if (attributor != null) {
            attributor.closed(c, nanos);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** A service that answers over a network takes as long; curl ends at once when it has its answer. */
    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void clients(int first, int count, String address, String localPort)
            throws IOException, InterruptedException {
        List<Process> running = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            List<String> command = new ArrayList<>(
                    List.of("curl", "-s", "-o", "/dev/null", "http://" + address + "/n/" + i, "--max-time", "5"));
            if (!localPort.isEmpty()) {
                command.addAll(List.of("--local-port", localPort));
            }
            Process p = new ProcessBuilder(command).inheritIO().start();
            say("client " + i + " " + p.pid());
            running.add(p);
        }
        for (Process p : running) {
            if (!p.waitFor(CLIENT_SECONDS_MAX, TimeUnit.SECONDS)) {
                p.destroyForcibly();
            }
        }
    }

    /** Lets a small program start small programs; our own way of starting one takes longer than they live. */
    private static void launch(int first, String[] tiny) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(
                        tiny[0], "launch", Integer.toString(first), tiny[1], tiny[2], tiny[3], tiny[4], tiny[5])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader in = p.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                say(line);
            }
        }
        if (p.waitFor() != 0) {
            throw new IOException("the launcher failed");
        }
        settle();
    }

    /** Runs {@code PROGRAM HOW FIRST COUNT ADDRESS} of senders.c; where it opens a connection and waits, an Attributor starts meanwhile. */
    private void send(String[] command) throws IOException, InterruptedException {
        looksLate = headEnds == null;
        Process p = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader in = p.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if ("opened".equals(line)) {
                    attributor = Attributor.start(AttributorOptions.of(Endpoints.EC2, new Drops()));
                    Thread.sleep(1_000);
                    p.getOutputStream().write('\n');
                    p.getOutputStream().flush();
                } else {
                    say(line);
                }
            }
        }
        if (p.waitFor() != 0) {
            throw new IOException("failed: " + String.join(" ", command));
        }
        settle();
        if (attributor != null) {
            attributor.close();
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }
}
