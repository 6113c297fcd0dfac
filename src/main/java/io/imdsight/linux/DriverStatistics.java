package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a network driver counts by its own names, as {@code ethtool -S} shows it (linux/ethtool.h). Needs no privilege. The interface is one of the calling
 * thread's network namespace.
 *
 * <pre>
 * struct ifreq (linux/if.h):     char name[16] | void *data, padded to 40
 * struct ethtool_sset_info:      u32 cmd | u32 reserved | u64 mask of sets | u32 count for each set asked for that there is
 * struct ethtool_gstrings:       u32 cmd | u32 set | u32 count | char name[count][32]
 * struct ethtool_stats:          u32 cmd | u32 count | u64 value[count]
 * </pre>
 */
public final class DriverStatistics {
    /** linux/sockios.h */
    private static final long SIOCETHTOOL = 0x8946;

    private static final int ETHTOOL_GSTRINGS = 0x1b;
    private static final int ETHTOOL_GSTATS = 0x1d;
    private static final int ETHTOOL_GSSET_INFO = 0x37;
    private static final int ETH_SS_STATS = 1;
    private static final int ETH_GSTRING_LEN = 32;
    private static final int IFNAMSIZ = 16;
    private static final int IFREQ_BYTES = 40;
    private static final int SSET_BYTES = 20;
    private static final int STRINGS_HEAD_BYTES = 12;
    private static final int STATS_HEAD_BYTES = 8;

    /** A driver of 256 queues has some thousands; what says that it has more is not believed. */
    private static final int COUNT_MAX = 65_536;

    private DriverStatistics() {}

    /**
     * All of them, in the driver's order; empty where the driver counts nothing by names of its own.
     *
     * @throws KernelException where the interface is not there, or cannot be asked
     */
    public static Map<String, Long> read(String interfaceName) throws KernelException {
        byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
        String operation = "read the driver's statistics of " + interfaceName;
        if (name.length == 0 || name.length >= IFNAMSIZ) {
            throw new KernelException(operation, KernelException.ENODEV);
        }
        try (FileDescriptor socket =
                FileDescriptor.of(operation, LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0))) {
            int count = count(socket, name, operation);
            if (count <= 0 || count > COUNT_MAX) {
                return Map.of();
            }
            try (Memory names = new Memory(STRINGS_HEAD_BYTES + (long) count * ETH_GSTRING_LEN);
                    Memory values = new Memory(STATS_HEAD_BYTES + (long) count * Long.BYTES)) {
                names.clear();
                names.setInt(0, ETHTOOL_GSTRINGS);
                names.setInt(4, ETH_SS_STATS);
                names.setInt(8, count);
                ask(socket, name, names, operation);
                values.clear();
                values.setInt(0, ETHTOOL_GSTATS);
                values.setInt(4, count);
                ask(socket, name, values, operation);
                return parse(names.getByteArray(0, (int) names.size()), values.getByteArray(0, (int) values.size()));
            }
        }
    }

    private static int count(FileDescriptor socket, byte[] name, String operation) throws KernelException {
        try (Memory info = new Memory(SSET_BYTES)) {
            info.clear();
            info.setInt(0, ETHTOOL_GSSET_INFO);
            info.setLong(8, 1L << ETH_SS_STATS);
            try {
                ask(socket, name, info, operation);
            } catch (KernelException e) {
                if (e.error() == KernelException.EOPNOTSUPP) {
                    return 0;
                }
                throw e;
            }
            return info.getLong(8) == 0 ? 0 : info.getInt(16);
        }
    }

    private static void ask(FileDescriptor socket, byte[] name, Memory data, String operation) throws KernelException {
        try (Memory request = new Memory(IFREQ_BYTES)) {
            request.clear();
            request.write(0, name, 0, name.length);
            request.setPointer(IFNAMSIZ, data);
            if (LibC.ioctl(socket.number(), new NativeLong(SIOCETHTOOL), request) < 0) {
                throw new KernelException(operation, com.sun.jna.Native.getLastError());
            }
        }
    }

    /** Names and values as the kernel laid them out; what is cut short is left out. */
    static Map<String, Long> parse(byte[] names, byte[] values) {
        Map<String, Long> out = new LinkedHashMap<>();
        if (names.length < STRINGS_HEAD_BYTES || values.length < STATS_HEAD_BYTES) {
            return out;
        }
        ByteBuffer n = ByteBuffer.wrap(names).order(ByteOrder.nativeOrder());
        ByteBuffer v = ByteBuffer.wrap(values).order(ByteOrder.nativeOrder());
        int count = Math.min(n.getInt(8), v.getInt(4));
        for (int i = 0; i < count; i++) {
            int at = STRINGS_HEAD_BYTES + i * ETH_GSTRING_LEN;
            int value = STATS_HEAD_BYTES + i * Long.BYTES;
            if (at + ETH_GSTRING_LEN > names.length || value + Long.BYTES > values.length) {
                break;
            }
            int end = at;
            while (end < at + ETH_GSTRING_LEN && names[end] != 0) {
                end++;
            }
            out.put(new String(names, at, end - at, StandardCharsets.US_ASCII), v.getLong(value));
        }
        return out;
    }
}
