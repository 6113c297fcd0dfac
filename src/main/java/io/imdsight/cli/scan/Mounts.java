package io.imdsight.cli.scan;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where other file systems are mounted, and which of them a scan stays out of.
 *
 * <pre>
 * /proc/self/mountinfo (proc_pid_mountinfo(5)): id parent major:minor root mount-point options [tag…] - type source options
 * </pre>
 */
final class Mounts {
    /**
     * File systems that hold this machine's own files. Everything else is left out: pseudo and network file systems, FUSE, and overlays, which are
     * containers' or show again what is scanned already.
     */
    private static final Set<String> LOCAL =
            Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs", "squashfs", "erofs");

    /** Memory that holds files of this boot only; of those these hold scripts: cloud-init's, systemd's, people's. */
    private static final Set<String> IN_MEMORY = Set.of("/run", "/tmp", "/var/tmp");

    private final Map<String, String> types = new HashMap<>();

    private Mounts() {}

    /**
     * Reads them.
     *
     * @param mountinfo the file's text
     */
    static Mounts read(String mountinfo) {
        Mounts out = new Mounts();
        for (String line : mountinfo.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            for (int i = 6; i + 1 < words.length; i++) {
                if (words[i].equals("-")) {
                    out.types.put(
                            unescaped(words[4]), words[i + 1]); // the last mount on a directory hides those before
                    break;
                }
            }
        }
        return out;
    }

    /** The type of a file system that is mounted there and is not to be entered; null where nothing is, or it may be. */
    String closed(String directory) {
        String type = types.get(directory);
        boolean open = type == null || LOCAL.contains(type) || type.equals("tmpfs") && IN_MEMORY.contains(directory);
        return open ? null : type;
    }

    /** The kernel writes a blank as {@code \040}. */
    private static String unescaped(String path) {
        if (path.indexOf('\\') < 0) {
            return Path.of(path).toString();
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && i + 3 < path.length()) {
                out.append((char) (digit(path, i + 1) * 64 + digit(path, i + 2) * 8 + digit(path, i + 3)));
                i += 3;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static int digit(String text, int at) {
        return Character.digit(text.charAt(at), 8);
    }
}
