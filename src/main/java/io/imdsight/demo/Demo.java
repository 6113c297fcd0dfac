package io.imdsight.demo;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.model.Escaped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The demo's outer half: starts this program again in a network namespace of its own, made by {@code unshare} (util-linux), and cleans up after it.
 * Root needs nothing else; for others the namespace is made inside a user namespace, where the process has the network privileges and no more.
 */
public final class Demo {
    /** The number of the machine's own network namespace, for the inner half. */
    static final String HOST_NAMESPACE_VARIABLE = StandInMain.HOST_NAMESPACE_VARIABLE;

    /** The directory for scripts, made and removed by the outer half. */
    static final String DIRECTORY_VARIABLE = "IMDSIGHT_DEMO_DIRECTORY";

    /** The outer half's process id: the inner half ends with it. */
    static final String PARENT_VARIABLE = "IMDSIGHT_DEMO_PARENT";

    /** Exit statuses of the contract. */
    static final int EXIT_UNAVAILABLE = 69;

    /** See {@link #EXIT_UNAVAILABLE}. */
    static final int EXIT_INTERNAL = 70;

    /** See {@link #EXIT_UNAVAILABLE}. */
    static final int EXIT_NOT_PERMITTED = 77;

    private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/net");
    private static final List<String> AS_ROOT = List.of("--net");
    private static final List<String> AS_USER = List.of("--user", "--map-root-user", "--net");

    /** Making a namespace takes milliseconds; a machine under load is given time. */
    private static final int PROBE_SECONDS_MAX = 20;

    /** The inner half needs well under a second to clean up. */
    private static final int END_SECONDS_MAX = 5;

    private final Programs programs;
    private final Path sysctls;
    private final Consumer<String> say;

    /** The inner half; null before it runs. */
    private Process inside;

    /** For scripts; null before it is made. */
    private volatile Path directory;

    private boolean stopping;

    Demo(Programs programs, Path sysctls, Consumer<String> say) {
        this.programs = programs;
        this.sysctls = sysctls;
        this.say = say;
    }

    /**
     * How this program was started, without its last arguments: for starting it again.
     *
     * @param argumentCount how many arguments its main method was given
     */
    public static List<String> thisProgram(int argumentCount) throws IOException {
        String java = ProcessHandle.current().info().command().orElse("/proc/self/exe");
        return program(Files.readAllBytes(Path.of("/proc/self/cmdline")), java, argumentCount);
    }

    /**
     * Takes a command line apart.
     *
     * @param commandLine as /proc/PID/cmdline has it: each argument ended by a zero byte
     * @param executable what stands for the first argument, which may be a bare name
     * @param argumentCount how many to leave out at the end
     */
    static List<String> program(byte[] commandLine, String executable, int argumentCount) {
        List<String> out = new ArrayList<>(List.of(new String(commandLine, StandardCharsets.UTF_8).split("\0", -1)));
        out.removeLast();
        out.set(0, executable);
        return new ArrayList<>(out.subList(0, Math.max(1, out.size() - argumentCount)));
    }

    /**
     * Runs a command in a network namespace of its own, with this process's input and output, and waits for its end. There it finds what {@link
     * DemoSession#open} needs. An interrupt of this process ends it too.
     *
     * @param command the inner half's command line: {@link #thisProgram} and the arguments that select it
     * @param say gets a sentence where something is missing
     * @return the command's exit status; 69 where a program is missing, 77 where namespaces are not permitted
     */
    public static int reexec(List<String> command, Consumer<String> say) throws IOException {
        return new Demo(Programs.ofEnvironment(), Path.of("/proc/sys"), say).run(command);
    }

    int run(List<String> command) throws IOException {
        if (!programs.has("unshare")) {
            say.accept("unshare is not installed: apt-get install util-linux, or dnf install util-linux");
            return EXIT_UNAVAILABLE;
        }
        if (!programs.has("curl")) {
            say.accept(DemoClients.missing(programs).getFirst());
            return EXIT_UNAVAILABLE;
        }
        List<String> flags = permittedFlags();
        if (flags == null) {
            return EXIT_NOT_PERMITTED;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "demo-stop"));
        try {
            Process process = start(flags, command);
            return process == null ? EXIT_INTERNAL : process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return EXIT_INTERNAL;
        } finally {
            stop();
        }
    }

    /** Null where this process is about to end. */
    private synchronized Process start(List<String> flags, List<String> command) throws IOException {
        if (stopping) {
            return null;
        }
        directory = DemoDirectory.create();
        ProcessBuilder builder = new ProcessBuilder(unshare(flags, command)).inheritIO();
        builder.environment().put(HOST_NAMESPACE_VARIABLE, Long.toString(NetworkNamespace.inode(OWN_NAMESPACE)));
        builder.environment().put(DIRECTORY_VARIABLE, directory.toString());
        builder.environment()
                .put(PARENT_VARIABLE, Long.toString(ProcessHandle.current().pid()));
        inside = builder.start();
        return inside;
    }

    /** Ends the inner half, if it runs, and removes the directory. Any thread may call it, more than once. */
    private void stop() {
        Process process;
        synchronized (this) {
            stopping = true;
            process = inside;
        }
        if (process != null && process.isAlive()) {
            List<ProcessHandle> below = process.descendants().toList();
            process.destroy();
            try {
                if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            below.forEach(ProcessHandle::destroyForcibly);
        }
        if (directory != null) {
            DemoDirectory.delete(directory);
        }
    }

    /** What unshare has to be told here; null, with a sentence said, where no way is permitted. */
    private List<String> permittedFlags() throws IOException {
        String refusal = "";
        boolean root = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        for (List<String> flags : root ? List.of(AS_ROOT, AS_USER) : List.of(AS_USER)) {
            Process probe = new ProcessBuilder(unshare(flags, List.of("true")))
                    .redirectErrorStream(true)
                    .start();
            try {
                if (!probe.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS)) {
                    probe.destroyForcibly();
                    throw new IOException("make a network namespace: no answer in " + PROBE_SECONDS_MAX + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("make a network namespace: interrupted", e);
            }
            if (probe.exitValue() == 0) {
                return flags;
            }
            String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            refusal = Escaped.of(said.strip());
        }
        say.accept("cannot make a private network: " + refusal + "; " + remedy(root));
        return null;
    }

    private String remedy(boolean root) {
        if (root) {
            return "needs CAP_SYS_ADMIN: in a container, start it with --privileged, or run the demo outside";
        }
        if (isSysctl("kernel/apparmor_restrict_unprivileged_userns", "1")) {
            return "AppArmor keeps user namespaces from ordinary users here: run it as root (sudo), or allow them with"
                    + " sysctl kernel.apparmor_restrict_unprivileged_userns=0";
        }
        if (isSysctl("kernel/unprivileged_userns_clone", "0")) {
            return "user namespaces are switched off for ordinary users here: run it as root (sudo), or allow them with"
                    + " sysctl kernel.unprivileged_userns_clone=1";
        }
        if (isSysctl("user/max_user_namespaces", "0")) {
            return "user namespaces are switched off here: run it as root (sudo), or allow them with"
                    + " sysctl user.max_user_namespaces=10000";
        }
        return "user namespaces are not permitted to this user: run it as root (sudo)";
    }

    private boolean isSysctl(String name, String value) {
        try {
            return Files.readString(sysctls.resolve(name)).strip().equals(value);
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> unshare(List<String> flags, List<String> command) {
        List<String> out = new ArrayList<>();
        out.add(programs.find("unshare").orElseThrow().toString());
        out.addAll(flags);
        out.add("--");
        out.addAll(command);
        return out;
    }
}
