package io.imdsight.cli;

import io.imdsight.linux.Capabilities;
import io.imdsight.linux.Capabilities.Name;
import io.imdsight.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What of the kernel the ways to a caller rest on, each by itself; whether it works as a whole says {@link AttributionCheck}.
 *
 * @param procRoot /proc
 * @param sysRoot /sys
 * @param clock whether something keeps the clock right
 * @param scope in whose namespaces the agent would capture
 */
record KernelCheck(Path procRoot, Path sysRoot, BooleanSupplier clock, Supplier<NamespaceScope> scope)
        implements Check {
    private static final List<String> TRACEFS = List.of("kernel/tracing", "kernel/debug/tracing");

    /** The highest level of the kernel itself (Documentation/admin-guide/sysctl/kernel.rst); distributions have higher ones of their own. */
    private static final int PARANOID_MAX = 2;

    /** What is told where the first choice of the probe is not to be had, and the second, it seems, is. */
    private static final String INSTEAD = "; BPF programs make the probe's records instead";

    private static final String NO_PROBE =
            "no connect probe: callers that live a few milliseconds often stay unnamed, and no witness";

    private static final String INSIDE =
            "calls by an interface of a container's or task's own, as with awsvpc or macvlan; those over a bridge are seen";

    @Override
    public List<Finding> look() {
        Capabilities own = NamespaceScope.capabilities(procRoot);
        List<Finding> out = new ArrayList<>();
        out.add(tracefs(own));
        out.add(perf(own));
        out.add(conntrack(own));
        out.add(namespaces(own));
        out.add(timekeeping());
        return out;
    }

    private Finding tracefs(Capabilities own) {
        boolean there = false;
        for (String mount : TRACEFS) {
            Path at = sysRoot.resolve(mount);
            // Read, not asked for by access(2): that looks at the user alone, not at capabilities.
            if (read(at.resolve("events/sock/inet_sock_set_state/format")) != null) {
                return Finding.ok("tracefs", "mounted at " + at);
            }
            there |= Files.exists(at.resolve("events")) || Files.exists(at) && !Files.isReadable(at);
        }
        if (programs(own) && !own.has(Name.CAP_SYS_ADMIN)) {
            return Finding.ok("tracefs", (there ? "mounted, and closed to this process" : "not mounted") + INSTEAD);
        }
        if (there) {
            return Finding.limited(
                    "tracefs",
                    "mounted, and closed to this process or without inet_sock_set_state",
                    NO_PROBE,
                    CapabilityCheck.grant("CAP_DAC_READ_SEARCH"));
        }
        return own.has(Name.CAP_SYS_ADMIN)
                ? Finding.ok("tracefs", "not mounted; imdsight opens one of its own, which nobody else sees")
                : Finding.limited("tracefs", "not mounted", NO_PROBE, "mount -t tracefs tracefs /sys/kernel/tracing");
    }

    private Finding perf(Capabilities own) {
        String level = read(procRoot.resolve("sys/kernel/perf_event_paranoid"));
        if (level == null) {
            return Finding.limited(
                    "perf", "this kernel has no perf events", NO_PROBE, "a kernel with CONFIG_PERF_EVENTS");
        }
        if (level.matches("[0-9]{1,9}") && Integer.parseInt(level) > PARANOID_MAX && !own.has(Name.CAP_SYS_ADMIN)) {
            String found = "perf_event_paranoid is " + level
                    + ": kernels of Debian and Ubuntu then want CAP_SYS_ADMIN, not CAP_PERFMON";
            return programs(own)
                    ? Finding.ok("perf", found + INSTEAD)
                    : Finding.limited(
                            "perf",
                            found,
                            NO_PROBE,
                            "sysctl kernel.perf_event_paranoid=" + PARANOID_MAX
                                    + ", or CAP_BPF and a kernel with BTF, see docs/packages.md");
        }
        return Finding.ok("perf", "perf_event_paranoid is " + level + "; CAP_PERFMON will do");
    }

    /** Whether programs of ours could make the probe's records, as far as this tells. */
    private boolean programs(Capabilities own) {
        return own.has(Name.CAP_PERFMON)
                && own.has(Name.CAP_BPF)
                && Files.isReadable(sysRoot.resolve("kernel/btf/vmlinux"));
    }

    private Finding conntrack(Capabilities own) {
        boolean loaded = Files.exists(procRoot.resolve("sys/net/netfilter/nf_conntrack_count"))
                || Files.exists(procRoot.resolve("net/nf_conntrack"));
        if (!loaded) {
            return Finding.ok("conntrack", "no address translation is in use here");
        }
        return own.has(Name.CAP_NET_ADMIN)
                ? Finding.ok("conntrack", "the table of address translations can be asked")
                : Finding.limited(
                        "conntrack",
                        "addresses are translated here, and the table cannot be asked without CAP_NET_ADMIN",
                        "callers behind masquerade, as in containers, are named only where their own packets are captured",
                        CapabilityCheck.grant("CAP_NET_ADMIN"));
    }

    private Finding namespaces(Capabilities own) {
        Set<Long> all = new NetworkNamespaces(procRoot).all().keySet();
        long others = all.stream().filter(n -> n != NetworkNamespaces.REFUSED).count() - 1;
        boolean hidden = all.contains(NetworkNamespaces.REFUSED);
        String found = (hidden ? "at least " : "") + Math.max(0, others) + " beside this one";
        NamespaceScope agents = scope.get();
        if (NamespaceScope.HIDDEN.equals(agents.problem())) {
            return Finding.limited(
                    "namespaces", found + "; " + agents.problem(), INSIDE, "run it outside of the container");
        }
        if (agents.problem() == null && !agents.others()) {
            return Finding.ok(
                    "namespaces",
                    found + ", and this one is not the machine's: only what passes through it is captured");
        }
        if (agents.problem() == null && NamespaceScope.mayEnter(own)) {
            return Finding.ok("namespaces", found + "; those with an interface of their own are captured, too");
        }
        if (others <= 0 && !hidden) {
            return Finding.ok("namespaces", "no other network namespace");
        }
        return Finding.limited(
                "namespaces",
                found + ", and they cannot be entered without CAP_SYS_ADMIN and CAP_SYS_PTRACE",
                INSIDE,
                CapabilityCheck.grant("CAP_SYS_ADMIN") + "; the same with CAP_SYS_PTRACE");
    }

    private Finding timekeeping() {
        return clock.getAsBoolean()
                ? Finding.ok("clock", "kept right, as the kernel was told")
                : Finding.limited(
                        "clock",
                        "nothing keeps it right, as far as the kernel was told",
                        "minutes may differ from AWS's, and CloudWatch takes no signature that is five minutes off",
                        "systemctl enable --now chronyd, or systemd-timesyncd");
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return null;
        }
    }
}
