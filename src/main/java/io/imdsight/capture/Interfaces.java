package io.imdsight.capture;

import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Chooses the interfaces that lead to the endpoints: for each the routes of longest prefix, of these the ones of least metric. An endpoint that is
 * an address of this network namespace itself is reached over {@code lo}, whatever interface holds the address.
 *
 * <p>The tables hold the main and the local table only: with policy routing (ip rule), name the interface, or capture on any.
 */
public final class Interfaces {
    private static final String LOOPBACK = "lo";

    /** linux/route.h and ipv6_route.h: RTF_UP, RTF_REJECT, RTF_LOCAL. */
    private static final int UP = 0x1;

    private static final int REJECT = 0x200;
    private static final int LOCAL = 0x8000_0000;

    /** A full routing table of the Internet has a million routes; a made-up one must not hold us for ever. */
    private static final int LINES_MAX = 4_000_000;

    private final Map<IpAddress, Best> best = new HashMap<>();

    /** The routes found best so far for one endpoint. */
    private static final class Best {
        int prefixBits = -1;
        long metric;
        final Set<String> names = new HashSet<>();

        void offer(int bits, long cost, String name) {
            if (bits < prefixBits || bits == prefixBits && cost > metric) {
                return;
            }
            if (bits > prefixBits || cost < metric) {
                names.clear();
                prefixBits = bits;
                metric = cost;
            }
            if (name != null) {
                names.add(name);
            }
        }
    }

    private Interfaces(Endpoints endpoints) {
        for (IpAddress address : endpoints.addresses()) {
            best.put(address, new Best());
        }
    }

    /**
     * Reads the tables of a directory like {@code /proc/net} or {@code /proc/thread-self/net}. A missing file counts as an empty one: IPv6 may be off.
     *
     * @return names of interfaces, at least one
     * @throws CaptureException {@link CaptureException.Kind#NO_ROUTE} where nothing leads to any endpoint
     * @throws IOException where a table is there and cannot be read
     */
    public static Set<String> leadingTo(Endpoints endpoints, Path procNet) throws CaptureException, IOException {
        try (Reader routes = open(procNet.resolve("route"));
                Reader routesV6 = open(procNet.resolve("ipv6_route"));
                Reader trie = open(procNet.resolve("fib_trie"))) {
            return leadingTo(endpoints, routes, routesV6, trie);
        }
    }

    /**
     * The same, from the tables' text.
     *
     * @param routes {@code /proc/net/route}, as a little-endian machine writes it
     * @param routesV6 {@code /proc/net/ipv6_route}
     * @param trie {@code /proc/net/fib_trie}, which has the namespace's own IPv4 addresses
     */
    public static Set<String> leadingTo(Endpoints endpoints, Reader routes, Reader routesV6, Reader trie)
            throws CaptureException, IOException {
        Interfaces found = new Interfaces(endpoints);
        found.lines(routes, found::routeV4);
        found.lines(routesV6, found::routeV6);
        found.ownAddresses(trie);
        Set<String> out = new TreeSet<>();
        found.best.values().forEach(b -> out.addAll(b.names));
        if (out.isEmpty()) {
            throw new CaptureException(
                    CaptureException.Kind.NO_ROUTE,
                    "cannot choose an interface: no route leads to " + addresses(endpoints)
                            + "; name one with --interface, or use --interface any",
                    null);
        }
        return out;
    }

    private static String addresses(Endpoints endpoints) {
        return endpoints.joined(" or ");
    }

    private static Reader open(Path file) throws IOException {
        try {
            return Files.newBufferedReader(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return new StringReader("");
        }
    }

    private interface Line {
        void read(String[] fields);
    }

    private void lines(Reader table, Line reader) throws IOException {
        BufferedReader in = new BufferedReader(table);
        String line = in.readLine();
        for (int n = 0; line != null && n < LINES_MAX; n++, line = in.readLine()) {
            try {
                reader.read(line.strip().split("\\s+"));
            } catch (NumberFormatException e) {
                // the heading, or a line that this kernel writes in another way
            }
        }
    }

    /**
     * <pre>
     * Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT      addresses: hex of the network-order word read in host order
     * </pre>
     */
    private void routeV4(String[] f) {
        if (f.length < 8) {
            return;
        }
        int flags = Integer.parseUnsignedInt(f[3], 16);
        int destination = Integer.reverseBytes(Integer.parseUnsignedInt(f[1], 16));
        int mask = Integer.reverseBytes(Integer.parseUnsignedInt(f[7], 16));
        long metric = Long.parseLong(f[6]);
        if ((flags & UP) == 0) {
            return;
        }
        String name = (flags & REJECT) != 0 ? null : f[0];
        best.forEach((address, b) -> {
            if (address.isV4() && (address.v4Bits() & mask) == destination) {
                b.offer(Integer.bitCount(mask), metric, name);
            }
        });
    }

    /**
     * <pre>
     * destination prefix-length source prefix-length next-hop metric references uses flags device      all hex
     * </pre>
     */
    private void routeV6(String[] f) {
        if (f.length < 10 || f[0].length() != 32) {
            return;
        }
        long high = Long.parseUnsignedLong(f[0].substring(0, 16), 16);
        long low = Long.parseUnsignedLong(f[0].substring(16), 16);
        int bits = Integer.parseInt(f[1], 16);
        long metric = Long.parseLong(f[5], 16);
        int flags = Integer.parseUnsignedInt(f[8], 16);
        if ((flags & (UP | REJECT)) == 0 || bits < 0 || bits > 128) {
            return;
        }
        String name = (flags & REJECT) != 0 ? null : (flags & LOCAL) != 0 ? LOOPBACK : f[9];
        long highMask = bits >= 64 ? -1 : bits == 0 ? 0 : -1L << (64 - bits);
        long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
        best.forEach((address, b) -> {
            if (!address.isV4() && (address.high() & highMask) == high && (address.low() & lowMask) == low) {
                b.offer(bits, metric, name);
            }
        });
    }

    /**
     * <pre>
     *   |-- 127.0.0.0
     *      /8 host LOCAL
     * </pre>
     */
    private void ownAddresses(Reader trie) throws IOException {
        IpAddress[] leaf = new IpAddress[1];
        lines(trie, f -> {
            if (f.length == 2 && f[0].equals("|--")) {
                leaf[0] = literal(f[1]);
            } else if (f.length == 3 && f[2].equals("LOCAL") && f[0].startsWith("/") && leaf[0] != null) {
                own(leaf[0], Integer.parseInt(f[0].substring(1)));
            }
        });
    }

    private void own(IpAddress prefix, int bits) {
        int mask = bits <= 0 ? 0 : -1 << (32 - Math.min(bits, 32));
        best.forEach((address, b) -> {
            if (address.isV4() && prefix.isV4() && (address.v4Bits() & mask) == prefix.v4Bits()) {
                b.offer(bits, Long.MIN_VALUE, LOOPBACK);
            }
        });
    }

    private static IpAddress literal(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return null; // no address of ours
        }
    }
}
