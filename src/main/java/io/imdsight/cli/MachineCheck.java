package io.imdsight.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel is and allows, and where state is kept.
 *
 * @param procRoot /proc
 * @param sysRoot /sys
 * @param stateDirectory see {@code --state-dir}
 */
record MachineCheck(Path procRoot, Path sysRoot, Path stateDirectory) implements Check {
    private static final Pattern RELEASE = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4}).*", Pattern.DOTALL);

    /** Held by an agent in its state directory while it runs. */
    private static final String LOCK = "agent.lock";

    /** Below it inet_sock_set_state is missing. */
    private static final int PROBE_KERNEL = 416;

    /** Below it the ring that the copy is written to is missing. */
    private static final int COPY_KERNEL = 508;

    /** From it on BPF memory is not counted as locked. */
    private static final int MEMLOCK_KERNEL = 511;

    /** What the copy takes of locked memory on older kernels, and as much again: its rings, maps and programs. */
    private static final long MEMLOCK_BYTES = 4L * 1024 * 1024;

    @Override
    public List<Finding> look() {
        List<Finding> out = new ArrayList<>();
        int kernel = kernel(out);
        types(out);
        lockdown(out);
        if (kernel > 0 && kernel < MEMLOCK_KERNEL) {
            lockedMemory(out);
        }
        stateDirectory(out);
        agent(out);
        return out;
    }

    /** Its version as a number, 416 for 4.16; 0 where it is not known. */
    private int kernel(List<Finding> out) {
        String release = read(procRoot.resolve("sys/kernel/osrelease"));
        Matcher m = RELEASE.matcher(release == null ? "" : release);
        int version = m.matches() ? Integer.parseInt(m.group(1)) * 100 + Integer.parseInt(m.group(2)) : 0;
        String found = release == null ? "its version cannot be read" : "Linux " + release;
        if (version < PROBE_KERNEL) {
            out.add(Finding.limited(
                    "kernel",
                    found,
                    "the connect probe needs 4.16, the copy within the connect 5.8",
                    "a newer kernel"));
        } else if (version < COPY_KERNEL) {
            out.add(Finding.limited("kernel", found, "the copy within the connect needs 5.8", "a newer kernel"));
        } else {
            out.add(Finding.ok("kernel", found));
        }
        return version;
    }

    private void types(List<Finding> out) {
        out.add(
                Files.isReadable(sysRoot.resolve("kernel/btf/vmlinux"))
                        ? Finding.ok("btf", "the kernel describes its structures")
                        : Finding.limited(
                                "btf",
                                sysRoot.resolve("kernel/btf/vmlinux") + " is not there or cannot be read",
                                "no copy within the connect: a caller that ends within a millisecond or two may stay"
                                        + " without its command line; and no connect probe where perf events are refused",
                                "a kernel with CONFIG_DEBUG_INFO_BTF"));
    }

    private void lockdown(List<Finding> out) {
        String mode = read(sysRoot.resolve("kernel/security/lockdown"));
        if (mode != null && mode.contains("[confidentiality]")) {
            out.add(Finding.limited(
                    "lockdown",
                    "the kernel is locked down for confidentiality",
                    "neither the connect probe nor the copy within the connect",
                    "start the machine with lockdown=integrity"));
        } else {
            out.add(Finding.ok("lockdown", mode == null ? "none" : mode));
        }
    }

    private void lockedMemory(List<Finding> out) {
        String limits = read(procRoot.resolve("self/limits"));
        Matcher m = Pattern.compile("Max locked memory +(\\S+)").matcher(limits == null ? "" : limits);
        String soft = m.find() ? m.group(1) : "unknown";
        boolean enough =
                soft.equals("unlimited") || soft.matches("[0-9]{1,18}") && Long.parseLong(soft) >= MEMLOCK_BYTES;
        out.add(
                enough
                        ? Finding.ok("memlock", "locked memory: " + soft)
                        : Finding.limited(
                                "memlock",
                                "locked memory is limited to " + soft + " bytes, and this kernel counts BPF memory",
                                "no copy within the connect, and no connect probe where perf events are refused",
                                "LimitMEMLOCK=infinity in the unit, or: ulimit -l unlimited"));
    }

    private void stateDirectory(List<Finding> out) {
        Path at = stateDirectory.toAbsolutePath();
        Path there = at;
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        boolean writable = Files.isDirectory(there) && Files.isWritable(there);
        out.add(
                writable
                        ? Finding.ok("state", at + (there.equals(at) ? " can be written" : " can be made"))
                        : Finding.limited(
                                "state",
                                there + " cannot be written",
                                "counts are not kept from run to run",
                                "mkdir -p " + at + " && chown $(id -u) " + at + ", or --state-dir DIR"));
    }

    /** Looks at the list of locks instead of trying for the lock: an agent that starts just now must not find it taken. */
    private void agent(List<Finding> out) {
        try {
            Object inode = Files.getAttribute(stateDirectory.resolve(LOCK), "unix:ino");
            String locks = read(procRoot.resolve("locks"));
            // 1: POSIX  ADVISORY  WRITE 4711 fe:00:12345 0 EOF
            Matcher m = Pattern.compile("(?m)^.* ([0-9]+) [0-9a-f]+:[0-9a-f]+:" + inode + " .*$")
                    .matcher(locks == null ? "" : locks);
            if (m.find()) {
                out.add(Finding.ok("agent", "an agent runs with this state directory: process " + m.group(1)));
                return;
            }
        } catch (IOException e) {
            // there is no lock: nobody has run here
        }
        out.add(Finding.ok("agent", "none runs with this state directory"));
    }

    /** One short file; null where it is not there or cannot be read. */
    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return null;
        }
    }
}
