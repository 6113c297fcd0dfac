package io.imdsight.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parsers for the smaller files about processes. */
public final class ProcessText {
    /** Accounts kept of a passwd file: more than a machine has, few enough for a megabyte or two. */
    private static final int ACCOUNTS_MAX = 20_000;

    private ProcessText() {}

    /** Splits /proc/PID/cmdline: arguments ended by a 0 byte each; a process that wrote its own title there may leave the last one out. */
    public static List<byte[]> arguments(byte[] cmdline, int argumentsMax) {
        List<byte[]> out = new ArrayList<>();
        int from = 0;
        while (from < cmdline.length && out.size() < argumentsMax) {
            int to = from;
            while (to < cmdline.length && cmdline[to] != 0) {
                to++;
            }
            out.add(Arrays.copyOfRange(cmdline, from, to));
            from = to + 1;
        }
        return out;
    }

    /** How many arguments a command line has. */
    public static int argumentCount(byte[] cmdline) {
        int count = 0;
        for (byte b : cmdline) {
            count += b == 0 ? 1 : 0;
        }
        return cmdline.length > 0 && cmdline[cmdline.length - 1] != 0 ? count + 1 : count;
    }

    /** The inode in a namespace's link, as {@code net:[4026531833]} (namespaces(7)); 0 where it is none, or the link could not be read. */
    public static long namespace(byte[] link) {
        String text = link == null ? "" : new String(link, StandardCharsets.ISO_8859_1);
        int from = text.indexOf(":[") + 2;
        int to = text.length() - 1;
        if (from < 2 || to - from < 1 || to - from > 10 || text.charAt(to) != ']') {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(text.substring(from, to));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The real user id in /proc/PID/status ({@code Uid: real effective saved filesystem}); -1 where there is none. */
    public static int realUserId(byte[] status) {
        return line(status, "\nUid:\t");
    }

    /** A name holds no raw newline here (the kernel writes it as two characters), so a line that begins so is the kernel's own. */
    private static int line(byte[] status, String label) {
        String text = new String(status, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(label);
        if (at < 0) {
            return -1;
        }
        int from = at + label.length();
        int to = from;
        while (to < text.length() && Character.isDigit(text.charAt(to))) {
            to++;
        }
        return number(text.substring(from, to));
    }

    /** The paths in /proc/PID/cgroup ({@code hierarchy:controllers:path}), by the controllers' list; version 2 has the empty one. */
    public static Map<String, String> cgroups(byte[] text) {
        Map<String, String> out = new HashMap<>();
        for (String line : new String(text, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                out.put(parts[1], parts[2]);
            }
        }
        return out;
    }

    /** Names by user id from passwd(5): {@code name:password:uid:…}, the first one where several have the same. Names are bytes as ISO 8859-1. */
    public static Map<Integer, String> accounts(byte[] passwd) {
        Map<Integer, String> out = new HashMap<>();
        for (String line : new String(passwd, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] parts = line.split(":", 4);
            if (parts.length == 4 && !parts[0].isEmpty() && out.size() < ACCOUNTS_MAX) {
                int uid = number(parts[2]);
                if (uid >= 0) {
                    out.putIfAbsent(uid, parts[0]);
                }
            }
        }
        return out;
    }

    /** Below 2^31: the kernel's pids are, and user ids above are for namespaces. */
    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
