package io.imdsight.linux;

import java.nio.charset.StandardCharsets;

/**
 * The effective capabilities of a process, from its /proc/PID/status (capabilities(7)).
 *
 * @param effective a bit for each, by its number in linux/capability.h
 */
public record Capabilities(long effective) {
    /** Numbers of linux/capability.h. */
    public enum Name {
        /** Packet sockets. */
        CAP_NET_RAW(13),
        /** perf events. */
        CAP_PERFMON(38),
        /** BPF programs. */
        CAP_BPF(39),
        /** Files that others may not read. */
        CAP_DAC_READ_SEARCH(2),
        /** Other users' processes. */
        CAP_SYS_PTRACE(19),
        /** Namespaces, private mounts. */
        CAP_SYS_ADMIN(21),
        /** The table of address translations. */
        CAP_NET_ADMIN(12),
        /** Priority. */
        CAP_SYS_NICE(23);

        private final int bit;

        Name(int bit) {
            this.bit = bit;
        }
    }

    private static final String LABEL = "\nCapEff:\t";

    /** Reads a status file; none where it says nothing of capabilities. */
    public static Capabilities parse(byte[] status) {
        String text = new String(status, StandardCharsets.ISO_8859_1);
        int from = text.indexOf(LABEL);
        int to = from < 0 ? -1 : text.indexOf('\n', from + 1);
        try {
            return new Capabilities(to < 0 ? 0 : Long.parseUnsignedLong(text.substring(from + LABEL.length(), to), 16));
        } catch (NumberFormatException e) {
            return new Capabilities(0);
        }
    }

    /** Whether it is there; CAP_SYS_ADMIN stood for CAP_PERFMON and CAP_BPF before kernel 5.8 and still does. */
    public boolean has(Name name) {
        boolean own = (effective >>> name.bit & 1) != 0;
        boolean admin = (effective >>> Name.CAP_SYS_ADMIN.bit & 1) != 0;
        return own || admin && (name == Name.CAP_PERFMON || name == Name.CAP_BPF);
    }
}
