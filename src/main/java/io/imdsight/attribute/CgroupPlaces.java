package io.imdsight.attribute;

import io.imdsight.linux.CgroupTree;
import io.imdsight.linux.ProcessText;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the cgroups of the version 2 hierarchy lie, by the numbers that the kernel copies within a connect: for processes that are gone before
 * their own files can be read. A group that is gone as well is known where another process of it was seen before. May be used from several
 * threads.
 */
final class CgroupPlaces implements Closeable {
    /** As many as there are units and containers that call, some of them started anew for each call. */
    static final int GROUPS_MAX = 512;

    /** Null where it cannot be had. */
    private final CgroupTree tree;

    private final Map<Long, CgroupNames> known = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, CgroupNames> eldest) {
            return size() > GROUPS_MAX;
        }
    };

    CgroupPlaces(Path procRoot) {
        CgroupTree opened = null;
        try {
            opened = CgroupTree.open(procRoot);
        } catch (IOException e) {
            // Then what other processes of a group say is all that is known; without a version 2 hierarchy its numbers
            // say nothing.
        }
        tree = opened;
    }

    /**
     * Takes what a process of the group says of itself.
     *
     * @param cgroup /proc/PID/cgroup
     */
    synchronized void learn(long number, byte[] cgroup) {
        find(number);
        if (!known.containsKey(number)) {
            // Only the path of that hierarchy: those of version 1 are not the same for all of a group.
            String path = ProcessText.cgroups(cgroup).get("");
            if (path != null) {
                known.put(number, names(path));
            }
        }
    }

    /** What a group's path says; nothing where it is not known. */
    synchronized CgroupNames find(long number) {
        CgroupNames names = known.get(number);
        if (names == null) {
            String path = tree == null ? null : tree.path(number);
            if (path == null) {
                return CgroupNames.NONE;
            }
            names = names(path);
            known.put(number, names);
        }
        return names;
    }

    private static CgroupNames names(String path) {
        return CgroupNames.of(("0::" + path + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        if (tree != null) {
            tree.close();
        }
    }
}
