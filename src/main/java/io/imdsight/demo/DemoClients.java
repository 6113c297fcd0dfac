package io.imdsight.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The programs that call the stand-in: real ones, as a machine has them. Each is described before it runs. */
final class DemoClients {
    /** The scripts, kept as resources beside this class. */
    private static final List<String> SCRIPTS =
            List.of("with-token.sh", "nightly-backup.sh", "sync.sh", "inventory.py", "sdk-client.py", "sdk-client.sh");

    private static final String SERVICE = "http://169.254.169.254";

    private DemoClients() {}

    /**
     * One program.
     *
     * @param story what it is, a phrase for a person
     * @param command its command line, in the scripts' directory
     */
    record Client(String story, List<String> command) {}

    /** Sentences that say what to install for those clients that are left out, or (curl) without which there is no demo. */
    static List<String> missing(Programs programs) {
        List<String> out = new ArrayList<>();
        if (!programs.has("curl")) {
            out.add("curl is not installed: apt-get install curl, or dnf install curl");
        }
        if (!programs.has("python3")) {
            out.add(
                    "python3 is not installed, its client is left out: apt-get install python3, or dnf install python3");
        }
        return out;
    }

    /**
     * Those that can run here, in order. All work for one program, this one: what a later one does with tokens would be taken for a cause of a bare
     * curl's call without, so these come first.
     */
    static List<Client> all(Programs programs, boolean v6) {
        List<Client> out = new ArrayList<>();
        out.add(new Client("curl, as in countless scripts: no token", curl(SERVICE + "/latest/meta-data/instance-id")));
        if (v6) {
            out.add(new Client(
                    "curl over IPv6: no token", curl("http://[fd00:ec2::254]/latest/meta-data/placement/region")));
        }
        List<String> foreign = curl(SERVICE + "/computeMetadata/v1/instance/id");
        foreign.addAll(List.of("-H", "Metadata-Flavor: Google"));
        out.add(new Client("a library that probes for another cloud at the same address", foreign));
        out.add(new Client("a script that asks for a session token first", List.of("sh", "with-token.sh")));
        if (programs.has("python3")) {
            out.add(new Client("a Python program: no token", List.of("python3", "inventory.py")));
        }
        out.add(new Client(
                "a nightly job: a shell script that calls another, that calls curl for the role's credentials",
                List.of("sh", "nightly-backup.sh")));
        out.add(new Client(
                "a client that asks for a token, gets no answer (as in a container behind a hop limit of 1), and goes on without",
                programs.has("python3") ? List.of("python3", "sdk-client.py") : List.of("sh", "sdk-client.sh")));
        return out;
    }

    private static List<String> curl(String url) {
        return new ArrayList<>(List.of("curl", "-q", "-g", "-sS", "-m", "5", url));
    }

    /** Lays the scripts out. */
    static void writeScripts(Path directory) throws IOException {
        for (String name : SCRIPTS) {
            try (InputStream in = DemoClients.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException("script " + name + " is missing from the program");
                }
                Files.copy(in, directory.resolve(name));
            }
        }
    }

    /** Prepares a client: no proxy of the user's is asked, and nothing that it prints (credentials among it) goes anywhere. */
    static ProcessBuilder prepare(Client client, Path directory) {
        ProcessBuilder builder = new ProcessBuilder(client.command()).directory(directory.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy") || name.startsWith("IMDSIGHT_"));
        return builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }
}
