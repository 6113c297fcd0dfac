package io.imdsight.cli;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.PrivateNetwork;
import io.imdsight.linux.NetworkNamespace;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A machine with containers: a {@link PrivateNetwork}, and processes in network namespaces of their own beside it. Every command runs behind a check
 * that it does not stand in the namespace that the test came from, nor in that of process 1, and that nothing here leads out of the test's own.
 *
 * <pre>
 *  container --- bridge, masquerade --- machine: ens5 --- imds0 :service
 *  task: eth0 ------------------------------------------- any  :service      (an interface of its own)
 * </pre>
 */
final class ContainerWorld implements Closeable {
    private static final long SECONDS_MAX = 30;

    /** Says 99 where it may not run here. */
    private static final String GUARD = """
            own=$(readlink /proc/self/ns/net)
            [ "$own" != "$0" ] && [ "$own" != "$(readlink /proc/1/ns/net)" ] || exit 99
            exec "$@"
            """;

    private final long hostInode;
    private final PrivateNetwork network;
    private final Process serviceSide;
    private final List<Space> spaces = new ArrayList<>();

    /** A process in a namespace of its own, that others are started beside. */
    final class Space implements Closeable {
        final Process process;
        final long inode;

        Space(Process process, long inode) {
            this.process = process;
            this.inode = inode;
        }

        long pid() {
            return process.pid();
        }

        /** Ends what holds the namespace. */
        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
            spaces.remove(this);
        }
    }

    interface Work {
        void run(ContainerWorld world) throws Exception;
    }

    private ContainerWorld(long hostInode, PrivateNetwork network) throws IOException {
        this.hostInode = hostInode;
        this.network = network;
        this.serviceSide = network.callInService(() -> new ProcessBuilder("sleep", "1000").start());
    }

    /** Runs on a thread of its own in a fresh namespace, the machine's, with the service up. */
    static void run(Work work) throws Exception {
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        InPrivateNetwork.runServed(800, (network, service) -> {
            try (ContainerWorld world = new ContainerWorld(host, network)) {
                work.run(world);
            }
        });
    }

    PrivateNetwork network() {
        return network;
    }

    /** Whether a process was started by this test: the scope in which captures may be opened. */
    static boolean isOurs(int pid) {
        ProcessHandle p = ProcessHandle.of(pid).orElse(null);
        while (p != null && p.pid() != ProcessHandle.current().pid()) {
            p = p.parent().orElse(null);
        }
        return p != null;
    }

    private List<String> guarded(String... command) {
        List<String> out = new ArrayList<>(List.of("sh", "-c", GUARD, "net:[" + hostInode + "]"));
        out.addAll(List.of(command));
        return out;
    }

    private List<String> guardedIn(long pid, String... command) {
        List<String> out = new ArrayList<>(List.of("nsenter", "--net=/proc/" + pid + "/ns/net"));
        out.addAll(guarded(command));
        return out;
    }

    /** On the machine. */
    String machine(String command) throws IOException {
        return output(guarded(command.split(" ")));
    }

    /** On the service's side. */
    String service(String command) throws IOException {
        return output(guardedIn(serviceSide.pid(), command.split(" ")));
    }

    /** In a namespace. */
    String in(Space space, String command) throws IOException {
        return output(guardedIn(space.pid(), command.split(" ")));
    }

    /** Starts a program in a namespace, which keeps the process id that it is started with; on the machine where there is none. */
    Process start(Space space, String... command) throws IOException {
        return new ProcessBuilder(space == null ? guarded(command) : guardedIn(space.pid(), command))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** A namespace with nothing in it but loopback and a process. */
    Space space() throws IOException {
        Process p = new ProcessBuilder("unshare", "--net", "sleep", "1000").start();
        long machine = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        long inode = machine;
        for (int i = 0; i < 500 && (inode == machine || inode == hostInode); i++) {
            pause(10);
            inode = NetworkNamespace.inode(Path.of("/proc/" + p.pid() + "/ns/net"));
        }
        Space out = new Space(p, inode);
        spaces.add(out);
        if (inode == machine || inode == hostInode) {
            throw new IOException("no namespace of its own");
        }
        in(out, "ip link set lo up");
        return out;
    }

    /** A bridge on the machine whose members leave by ens5 under its address, with ports drawn at random. */
    void bridgeBehindMasquerade() throws IOException {
        machine("ip link add br0 type bridge");
        machine("ip address add 172.17.0.1/24 dev br0");
        machine("ip link set br0 up");
        machine("sysctl -q -w net.ipv4.ip_forward=1");
        machine("nft add table ip imdsight");
        machine("nft add chain ip imdsight out { type nat hook postrouting priority 100 ; }");
        machine("nft add rule ip imdsight out ip saddr 172.17.0.0/24 oifname ens5 masquerade fully-random");
    }

    /** A container on that bridge. */
    Space container(int number) throws IOException {
        Space out = space();
        machine("ip link add veth" + number + " type veth peer name eth0 netns " + out.pid());
        machine("ip link set veth" + number + " master br0 up");
        in(out, "ip address add 172.17.0." + (10 + number) + "/24 dev eth0");
        in(out, "ip link set eth0 up");
        in(out, "ip route add 169.254.169.254/32 via 172.17.0.1");
        return out;
    }

    /** An interface that the machine owns and that leads to the service over a wire of its own: 10.N.0.5. */
    void addUplink(String name, int number) throws IOException {
        String far = "imds" + number;
        machine("ip link add " + name + " type veth peer name " + far + " netns " + serviceSide.pid());
        service("ip link set " + far + " up");
        service("ip route add 10." + number + ".0.0/24 dev " + far);
    }

    /** Puts an interface of its own to the service into a namespace, as an agent for tasks does. */
    void addTask(Space space, String name, String far, int number) throws IOException {
        machine("ip link add " + name + " type veth peer name " + far + " netns " + serviceSide.pid());
        machine("ip link set " + name + " netns " + space.pid());
        service("ip link set " + far + " up");
        for (String command : uplinkSetUp(name, number)) {
            in(space, command);
        }
    }

    /** Runs a script in the calling thread's namespace, which must be another than the given one, the machine's own. */
    static void inThisNamespace(long hostInode, String script) throws IOException {
        output(List.of("sh", "-c", GUARD, "net:[" + hostInode + "]", "sh", "-c", script));
    }

    /** Gives an interface its address and a route to the service. */
    static String[] uplinkSetUp(String name, int number) {
        return new String[] {
            "ip address add 10." + number + ".0.5/24 dev " + name,
            "ip link set " + name + " up",
            "ip route replace 169.254.169.254/32 dev " + name + " src 10." + number + ".0.5"
        };
    }

    private static String output(List<String> command) throws IOException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!p.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || p.exitValue() != 0) {
                p.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + p.exitValue() + " " + out);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return out;
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        List.copyOf(spaces).forEach(Space::close);
        serviceSide.destroyForcibly().onExit().join();
    }
}
