package io.imdsight.attribute;

import io.imdsight.linux.ProcessText;
import io.imdsight.model.Escaped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** User names by id, from a passwd file that is read again when it changes. Never asks a name service: that could reach the network. */
final class UserNames {
    private static final int BYTES_MAX = 1024 * 1024;

    /** How often the file is looked at. */
    private static final long CHECK_NANOS = 5_000_000_000L;

    private final Path passwd;
    private final LongSupplier monotonicNanos;
    private final ContainerUsers containers;

    /** Mount namespaces in which the machine's own file is: the first process's, and that of this service. */
    private final Set<Long> ours = new HashSet<>();

    private Map<Integer, String> names = Map.of();
    private FileTime changed;
    private long checkedNanos;
    private boolean checked;

    /**
     * Makes it.
     *
     * @param procRoot /proc
     * @param passwd the machine's own
     */
    UserNames(Path procRoot, Path passwd, LongSupplier monotonicNanos) {
        this.passwd = passwd;
        containers = new ContainerUsers(procRoot);
        for (String process : new String[] {"1", "self"}) {
            try {
                Path link = Files.readSymbolicLink(procRoot.resolve(process).resolve("ns/mnt"));
                ours.add(ProcessText.namespace(link.toString().getBytes(StandardCharsets.ISO_8859_1)));
            } catch (IOException e) {
                // another's may not be looked at; then the file is read through the process that asks
            }
        }
        this.monotonicNanos = monotonicNanos;
    }

    /**
     * The name that a process's user has where it runs: in a container that is another file's.
     *
     * @param pid the process; 0 where it is gone
     * @param userId as the machine has it; -1 where not known
     * @param mounts the number of its mount namespace; 0 where not known
     * @param inContainer whether it is known to be in one
     * @return null where there is none, or it is not known
     */
    String name(int pid, int userId, long mounts, boolean inContainer) {
        if (userId < 0) {
            return null;
        }
        if (mounts == 0 ? !inContainer : ours.contains(mounts)) {
            return name(userId);
        }
        String name = containers.name(pid, userId, mounts, monotonicNanos.getAsLong());
        // A service with a private /tmp has a mount namespace of its own, too.
        return name != null ? escaped(name) : pid > 0 || inContainer ? null : name(userId);
    }

    private static String escaped(String name) {
        return Escaped.of(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The name; null where there is none. */
    synchronized String name(int userId) {
        long now = monotonicNanos.getAsLong();
        if (!checked || now - checkedNanos > CHECK_NANOS) {
            checked = true;
            checkedNanos = now;
            refresh();
        }
        String name = names.get(userId);
        return name == null ? null : escaped(name);
    }

    private void refresh() {
        try {
            FileTime now = Files.getLastModifiedTime(passwd);
            if (!now.equals(changed)) {
                try (InputStream in = Files.newInputStream(passwd)) {
                    names = ProcessText.accounts(in.readNBytes(BYTES_MAX));
                }
                changed = now;
            }
        } catch (IOException e) {
            changed = null; // the names known so far stay; a file being replaced is there again at the next look
        }
    }
}
