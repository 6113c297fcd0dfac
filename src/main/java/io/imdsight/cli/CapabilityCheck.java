package io.imdsight.cli;

import io.imdsight.linux.Capabilities;
import io.imdsight.linux.Capabilities.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which capabilities this process has, and what each is for. That capturing needs CAP_NET_RAW the capture itself says. */
record CapabilityCheck(Path procRoot) implements Check {
    /** In the order of what they are worth; docs/attribution.md has the same table. */
    private static final List<Map.Entry<Name, String>> LOST = List.of(
            Map.entry(
                    Name.CAP_PERFMON,
                    "no connect probe: callers that live a few milliseconds often stay unnamed, and no witness"),
            Map.entry(
                    Name.CAP_DAC_READ_SEARCH,
                    "sockets of other users' processes are not looked up; and no connect probe where BPF programs cannot make its records, for tracefs is closed to others"),
            Map.entry(
                    Name.CAP_BPF,
                    "a caller that ends within a millisecond or two may stay without its command line; and no connect probe where perf events are refused"),
            Map.entry(Name.CAP_SYS_PTRACE, "the executables of other users' processes stay unknown"),
            Map.entry(
                    Name.CAP_SYS_ADMIN,
                    "network namespaces with an interface of their own are not captured; and no connect probe where tracefs is not mounted and BPF programs cannot make its records"),
            Map.entry(
                    Name.CAP_NET_ADMIN,
                    "callers behind masquerade are named only where their own packets are captured"),
            Map.entry(Name.CAP_SYS_NICE, "on a busy machine some command lines are read too late"));

    @Override
    public List<Finding> look() {
        Capabilities own;
        try {
            own = Capabilities.parse(Files.readAllBytes(procRoot.resolve("self/status")));
        } catch (IOException e) {
            return List.of(Finding.limited("capabilities", "cannot be read: " + Failures.reason(e), "nothing", null));
        }
        List<Finding> out = new ArrayList<>();
        for (Map.Entry<Name, String> e : LOST) {
            String name = e.getKey().name();
            out.add(
                    own.has(e.getKey())
                            ? Finding.ok("capability", name)
                            : Finding.limited("capability", name + " is not there", e.getValue(), grant(name)));
        }
        return out;
    }

    /** How to give it to the service, and to a run by hand. */
    static String grant(String capability) {
        String small = capability.substring(4).toLowerCase(Locale.ROOT);
        return "AmbientCapabilities=" + capability
                + " in the unit; by hand run as root, or: sudo setpriv --reuid=$(id -u)"
                + " --regid=$(id -g) --init-groups --inh-caps=+" + small + " --ambient-caps=+" + small + " imdsight …";
    }
}
