package io.imdsight.attribute;

import io.imdsight.linux.ProcessText;
import io.imdsight.model.Escaped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process's control groups say about where it runs.
 *
 * @param systemdUnit the deepest unit; null outside of one
 * @param containerId the innermost container's id; null outside of one
 * @param podUid the Kubernetes pod's uid; null outside of one
 */
record CgroupNames(String systemdUnit, String containerId, String podUid) {
    static final CgroupNames NONE = new CgroupNames(null, null, null);

    private static final String HEX64 = "[0-9a-f]{64}";

    /**
     * A group's name that is a container's, by who makes it so: Docker, containerd, CRI-O and Podman under systemd ({@code docker-ID.scope}),
     * containerd under cgroupfs within a systemd slice ({@code …:cri-containerd:ID}).
     */
    private static final Pattern WRAPPED_ID = Pattern.compile(
            "(?:docker-|cri-containerd-|crio-|libpod-|nerdctl-|buildkit-|.*:[a-z-]+:)(" + HEX64 + ")(?:\\.scope)?");

    /** Docker, Kubernetes, ECS on EC2 and most others under cgroupfs: the bare id. */
    private static final Pattern BARE_ID = Pattern.compile("(" + HEX64 + ")");

    /** ECS on Fargate: the task's id and a number. */
    private static final Pattern TASK_ID = Pattern.compile("([0-9a-f]{32}-[0-9]{6,12})");

    /** systemd-nspawn: the machine's name. */
    private static final Pattern NSPAWN_NAME = Pattern.compile("systemd-nspawn@(.+)\\.service");

    /** LXC and LXD: the container's name, as {@code lxc.payload.web}; {@code lxc.monitor.web} is outside. */
    private static final Pattern LXC_NAME = Pattern.compile("lxc\\.payload\\.(.+)");

    private static final Pattern POD = Pattern.compile(
            ".*?pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\\.slice)?(?::.*)?");

    private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9:_.\\\\@-]{1,255}\\.(?:service|scope)");

    /** Reads /proc/PID/cgroup; null counts as empty. */
    static CgroupNames of(byte[] text) {
        if (text == null) {
            return NONE;
        }
        Map<String, String> groups = ProcessText.cgroups(text);
        List<String> paths = new ArrayList<>();
        // systemd's own hierarchy is its word; in the others a process may sit above its unit.
        for (String first : List.of("name=systemd", "")) {
            if (groups.containsKey(first)) {
                paths.add(groups.remove(first));
            }
        }
        paths.addAll(groups.values());
        String unit = null;
        String container = null;
        String pod = null;
        for (String path : paths) {
            String[] segments = path.split("/", -1);
            for (int i = segments.length - 1; i >= 0; i--) {
                unit = unit == null && UNIT.matcher(segments[i]).matches() ? unescaped(segments[i]) : unit;
                container = container == null ? containerId(segments, i) : container;
                pod = pod == null ? podUid(segments[i]) : pod;
            }
        }
        return unit == null && container == null && pod == null ? NONE : new CgroupNames(unit, container, pod);
    }

    private static String containerId(String[] segments, int i) {
        String segment = segments[i];
        for (Pattern p : List.of(WRAPPED_ID, BARE_ID, TASK_ID)) {
            Matcher m = p.matcher(segment);
            if (m.matches() && !segment.contains("conmon")) {
                return m.group(1);
            }
        }
        Matcher m = LXC_NAME.matcher(segment);
        if (m.matches()) {
            return escaped(m.group(1));
        }
        Matcher nspawn = NSPAWN_NAME.matcher(segment);
        boolean payload =
                i + 1 < segments.length && "payload".equals(segments[i + 1]); // beside it, supervisor is outside
        if (nspawn.matches()) {
            return payload ? unescaped(nspawn.group(1)) : null;
        }
        boolean oldLxc = i > 0 && "lxc".equals(segments[i - 1]);
        return oldLxc && !segment.isEmpty() ? escaped(segment) : null;
    }

    private static String podUid(String segment) {
        Matcher m = POD.matcher(segment);
        return m.matches() ? m.group(1).replace('_', '-') : null;
    }

    /** systemd writes a hyphen within a name as {@code \x2d} and puts an underscore before names that the kernel uses. */
    private static String unescaped(String unit) {
        return escaped((unit.startsWith("_") ? unit.substring(1) : unit).replace("\\x2d", "-"));
    }

    private static String escaped(String latin1) {
        return Escaped.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }
}
