package io.imdsight.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lists of CPUs as sysfs writes them: {@code 0-3,8,10-11}. */
final class CpuList {
    /** CONFIG_NR_CPUS of the largest distribution kernels. */
    private static final int CPUS_MAX = 8192;

    private CpuList() {}

    /** The CPUs named, in order; parts that are not understood are left out. */
    static int[] parse(byte[] text) {
        int[] out = new int[CPUS_MAX];
        int count = 0;
        for (String part : new String(text, StandardCharsets.ISO_8859_1).strip().split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            int first = number(ends[0]);
            int last = ends.length == 2 ? number(ends[1]) : first;
            for (int cpu = first; first >= 0 && cpu <= Math.min(last, CPUS_MAX - 1) && count < CPUS_MAX; cpu++) {
                out[count++] = cpu;
            }
        }
        return Arrays.copyOf(out, count);
    }

    private static int number(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
