package io.imdsight.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packages that the distribution's package manager has installed: dpkg's status file, or {@code rpm -qa}.
 *
 * <pre>
 * var/lib/dpkg/status: paragraphs of NAME: VALUE, a line that begins with a blank goes on
 *   Package: restic | Status: install ok installed | Version: 0.14.0-1+b5 | Built-Using: golang-github-aws-aws-sdk-go (= 1.44.133-1), …
 * </pre>
 */
public final class InstalledPackages {
    /** A desktop has some 3,000. */
    private static final int PACKAGES_MAX = 50_000;

    /** Its status file has some 5 MB. */
    private static final long STATUS_BYTES_MAX = 64L << 20;

    private static final int RPM_SECONDS_MAX = 20;
    private static final Pattern BUILT_USING = Pattern.compile("([a-z0-9][a-z0-9+.-]*) \\(= ([^)]+)\\)");

    private InstalledPackages() {}

    /**
     * A package.
     *
     * @param name its name
     * @param version its whole version
     * @param builtUsing versions of source packages that are built into it, by name; empty where that is not known
     */
    public record Installed(String name, String version, Map<String, String> builtUsing) {
        public Installed {
            builtUsing = Map.copyOf(builtUsing);
        }
    }

    /**
     * All that are installed; none where there is no such manager.
     *
     * @param root of the system
     */
    public static List<Installed> of(Path root) throws IOException {
        Path status = root.resolve("var/lib/dpkg/status");
        if (Files.isRegularFile(status) && Files.size(status) <= STATUS_BYTES_MAX) {
            try (Reader in = Files.newBufferedReader(status, StandardCharsets.ISO_8859_1)) {
                return dpkg(in);
            }
        }
        Path rpm = Rpm.of(root);
        return rpm == null ? List.of() : rpm(rpm);
    }

    /** A status file's. */
    static List<Installed> dpkg(Reader status) throws IOException {
        List<Installed> out = new ArrayList<>();
        Map<String, String> fields = new HashMap<>();
        BufferedReader lines = new BufferedReader(status);
        String last = "";
        for (String line = lines.readLine(); line != null && out.size() < PACKAGES_MAX; line = lines.readLine()) {
            String more = line;
            int colon = line.indexOf(": ");
            if (line.isEmpty()) {
                add(fields, out);
                fields.clear();
            } else if (line.startsWith(" ")) {
                fields.computeIfPresent(last, (k, v) -> v.concat(more));
            } else if (colon > 0) {
                last = line.substring(0, colon);
                if (last.equals("Package")
                        || last.equals("Version")
                        || last.equals("Status")
                        || last.endsWith("Built-Using")) {
                    fields.put(last, line.substring(colon + 2));
                }
            }
        }
        add(fields, out);
        return out;
    }

    private static void add(Map<String, String> fields, List<Installed> out) {
        String name = fields.get("Package");
        String version = fields.get("Version");
        if (name == null
                || version == null
                || !fields.getOrDefault("Status", "").endsWith(" installed")) {
            return;
        }
        Map<String, String> used = new HashMap<>();
        for (String key : List.of("Built-Using", "Static-Built-Using")) {
            Matcher m = BUILT_USING.matcher(fields.getOrDefault(key, ""));
            while (m.find()) {
                used.put(m.group(1), m.group(2));
            }
        }
        out.add(new Installed(name, version, used));
    }

    private static List<Installed> rpm(Path rpm) throws IOException {
        Process p = Rpm.query(rpm, "-qa");
        Thread limit = Thread.ofPlatform().daemon().name("rpm-limit").start(() -> end(p));
        try (InputStream said = p.getInputStream()) {
            return rpm(new InputStreamReader(said, StandardCharsets.UTF_8));
        } finally {
            p.destroyForcibly();
            limit.interrupt();
        }
    }

    /** Ends a program that waits for a lock, so that who reads from it reads its end. */
    private static void end(Process p) {
        try {
            if (!p.waitFor(RPM_SECONDS_MAX, TimeUnit.SECONDS)) {
                p.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lines of name and version. */
    static List<Installed> rpm(Reader said) throws IOException {
        List<Installed> out = new ArrayList<>();
        BufferedReader lines = new BufferedReader(said);
        for (String line = lines.readLine(); line != null && out.size() < PACKAGES_MAX; line = lines.readLine()) {
            String[] words = Rpm.nameAndVersion(line);
            if (words != null) {
                out.add(new Installed(words[0], words[1], Map.of()));
            }
        }
        return out;
    }
}
