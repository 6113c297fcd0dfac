package io.imdsight.cli.scan;

import io.imdsight.report.Ecosystem;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a path says of a place: whether to look there, and whether a file there may be a script. */
final class Places {
    /** Looked at first, so that a scan that runs out of time has seen the likeliest. */
    static final List<String> FIRST = List.of(
            "/etc",
            "/var/spool/cron",
            "/var/lib/cloud",
            "/usr/lib/systemd",
            "/usr/local",
            "/opt",
            "/srv",
            "/root",
            "/home",
            "/var/www",
            "/usr/bin",
            "/usr/sbin",
            "/usr/lib",
            "/usr/share");

    /** Images and roots of containers: their files are their own, and another audit's. */
    static final Set<String> CONTAINERS = Set.of(
            "/var/lib/docker",
            "/var/lib/containerd",
            "/var/lib/containers",
            "/var/lib/rancher",
            "/var/lib/kubelet",
            "/var/lib/lxc",
            "/var/lib/lxd",
            "/var/lib/machines",
            "/var/lib/buildkit",
            "/run/containerd",
            "/run/docker");

    /** Texts about programs, kept by the thousand; and the kernel's own. */
    static final Set<String> NO_PROGRAMS = Set.of(
            "/proc",
            "/sys",
            "/dev",
            "/usr/share/doc",
            "/usr/share/man",
            "/usr/share/locale",
            "/usr/share/info",
            "/lost+found");

    private static final Set<String> SCRIPT_ENDINGS = Set.of(
            "sh", "bash", "ksh", "zsh", "csh", "fish", "py", "rb", "pl", "pm", "php", "ps1", "js", "mjs", "cjs", "lua",
            "tcl", "groovy", "r", "service", "timer", "path", "socket");

    /** Settings in which an address of the service is given to a program. */
    private static final Set<String> SETTING_ENDINGS =
            Set.of("conf", "cfg", "cnf", "ini", "env", "yaml", "yml", "json", "toml", "properties", "rules", "txt");

    private static final List<String> SETTINGS = List.of("/etc/", "/var/lib/cloud/", "/var/spool/cron/");

    private static final Pattern LIBRARY = Pattern.compile(
            "^(.*?/(?:(site-packages|dist-packages)|(node_modules)|(gems))/" + "((?:@[^/]+/)?[^/]+))(?:/.*|\\.py)$");
    private static final Pattern GEM_VERSION = Pattern.compile("-[0-9][^/]*$");

    private Places() {}

    /**
     * Whether a file may be a script, by its name and place.
     *
     * @param executable whether somebody may run it
     */
    static boolean mayBeScript(String path, String name, boolean executable) {
        int dot = name.lastIndexOf('.');
        String ending = dot < 0 ? "" : name.substring(dot + 1);
        if (SCRIPT_ENDINGS.contains(ending)) {
            return true;
        }
        boolean setting = SETTINGS.stream().anyMatch(path::contains);
        return setting
                ? ending.isEmpty() || SETTING_ENDINGS.contains(ending) || executable
                : executable && ending.isEmpty() || name.contains("user-data") || name.contains("userdata");
    }

    /**
     * The library that a file is part of.
     *
     * @param ecosystem whose
     * @param name the library's
     * @param directory where it lies
     */
    record Library(Ecosystem ecosystem, String name, String directory) {}

    /** The library that a file is part of; null where it is of none. */
    static Library library(String path) {
        Matcher m = LIBRARY.matcher(path);
        if (!m.matches()) {
            return null;
        }
        if (m.group(4) != null) {
            return new Library(Ecosystem.GEM, GEM_VERSION.matcher(m.group(5)).replaceFirst(""), m.group(1));
        }
        return new Library(m.group(2) != null ? Ecosystem.PYTHON : Ecosystem.NPM, m.group(5), m.group(1));
    }
}
