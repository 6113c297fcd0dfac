package io.imdsight.demo;

import io.imdsight.linux.RouteNetlink;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stands before everything that sends: it lets the calling thread go on only where the network namespace is one that was made for the purpose
 * and holds exactly what was put there. Whatever it cannot read, it takes for unsafe. The machine that this runs on may have a real metadata
 * service at the very address that the stand-in uses.
 */
public final class NamespaceGuard {
    private static final String LOOPBACK = "lo";

    /** Interfaces that the kernel adds to every namespace once a tunnel module is loaded (net.core.fb_tunnels_only_for_init_net); down. */
    private static final Set<String> FALLBACK_TUNNELS = Set.of(
            "sit0",
            "tunl0",
            "gre0",
            "gretap0",
            "erspan0",
            "ip_vti0",
            "ip6_vti0",
            "ip6tnl0",
            "ip6gre0",
            "ip6gretap0",
            "ip6erspan0");

    /** A shorter prefix is a default route, or the half of one: 0.0.0.0/1 and 128.0.0.0/1 together lead everywhere. */
    private static final int PREFIX_LENGTH_MIN = 8;

    private static final Set<Prefix> LOOPBACK_ADDRESSES =
            Set.of(new Prefix(LOOPBACK, IpAddress.ofV4(0x7f000001), 8), new Prefix(LOOPBACK, new IpAddress(0, 1), 128));
    private static final Set<Prefix> LOOPBACK_ROUTES =
            Set.of(new Prefix(LOOPBACK, IpAddress.ofV4(0x7f000000), 8), new Prefix(LOOPBACK, new IpAddress(0, 1), 128));

    private final OptionalLong hostInode;
    private final Contents expected;
    private final NamespaceProbe probe;

    /**
     * What a namespace must hold besides its loopback interface: all of it and nothing else.
     *
     * @param links interface names
     * @param addresses addresses with their prefix lengths
     * @param routes destinations of the routes that send packets out; none has a gateway
     */
    record Contents(Set<String> links, Set<Prefix> addresses, Set<Prefix> routes) {
        /** A namespace as it is born. */
        static final Contents NOTHING = new Contents(Set.of(), Set.of(), Set.of());
    }

    private NamespaceGuard(OptionalLong hostInode, Contents expected, NamespaceProbe probe) {
        this.hostInode = hostInode;
        this.expected = expected;
        this.probe = probe;
    }

    /**
     * Demands exactly these contents.
     *
     * @param hostInode the machine's own namespace, noted before any other was made
     * @param expected what must be there
     */
    static NamespaceGuard exactly(long hostInode, Contents expected, NamespaceProbe probe) {
        return new NamespaceGuard(OptionalLong.of(hostInode), expected, probe);
    }

    /**
     * For a server alone, in a namespace that a script has laid out: any interface and address, but no way out, that is no default route and
     * no gateway.
     *
     * @param hostInode the machine's own namespace; where it is not known, that of the first process must be readable
     */
    static NamespaceGuard closed(OptionalLong hostInode, NamespaceProbe probe) {
        return new NamespaceGuard(hostInode, null, probe);
    }

    /**
     * Returns where the calling thread may send.
     *
     * @throws UnsafeNetworkException where it may not, or where that cannot be told
     */
    public void check() throws UnsafeNetworkException {
        try {
            checkNamespace();
            checkContents(probe.inventory());
        } catch (UnsafeNetworkException e) {
            throw e;
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new UnsafeNetworkException("cannot tell which network this is: " + e.getMessage(), e);
        }
    }

    private void checkNamespace() throws IOException {
        long own = probe.inode();
        OptionalLong init = probe.initInode();
        if (own <= 0 || hostInode.isPresent() && hostInode.getAsLong() <= 0) {
            throw new UnsafeNetworkException("the number of a network namespace is missing");
        }
        if (hostInode.isEmpty() && init.isEmpty()) {
            throw new UnsafeNetworkException("nothing says which network namespace is the machine's own");
        }
        if (hostInode.isPresent() && own == hostInode.getAsLong() || init.isPresent() && own == init.getAsLong()) {
            throw new UnsafeNetworkException("this is the machine's own network namespace");
        }
    }

    private void checkContents(NamespaceProbe.Inventory found) throws UnsafeNetworkException {
        Map<Integer, String> names =
                found.links().stream().collect(Collectors.toMap(RouteNetlink.Link::index, RouteNetlink.Link::name));
        Set<Prefix> addresses = new HashSet<>();
        for (RouteNetlink.Address a : found.addresses()) {
            addresses.add(Prefix.of(names.getOrDefault(a.linkIndex(), "?"), a.address(), a.prefixLength()));
        }
        Set<Prefix> routes = new HashSet<>();
        for (RouteNetlink.Route r : found.routes()) {
            collectWayOut(r, names, routes);
        }
        if (expected != null) {
            checkLinks(found);
            addresses.removeIf(a -> LOOPBACK_ADDRESSES.contains(a) || a.isLinkLocal() && isOurs(a));
            routes.removeIf(r -> LOOPBACK_ROUTES.contains(r) || (r.isLinkLocal() || r.isMulticast()) && isOurs(r));
            demandEqual("address", expected.addresses(), addresses);
            demandEqual("route", expected.routes(), routes);
        }
    }

    /** Adds a route to {@code out} where it sends packets away; refuses those that nobody may have here. */
    private static void collectWayOut(RouteNetlink.Route route, Map<Integer, String> names, Set<Prefix> out)
            throws UnsafeNetworkException {
        int type = route.type();
        if (type >= RouteNetlink.RTN_BLACKHOLE && type <= RouteNetlink.RTN_PROHIBIT) {
            return;
        }
        String link = names.get(route.linkIndex());
        Prefix destination = Prefix.of(link == null ? "?" : link, route.destination(), route.prefixLength());
        if (route.viaGateway()) {
            throw new UnsafeNetworkException("there is a route through a gateway: " + destination);
        }
        if (link == null) {
            throw new UnsafeNetworkException("there is a route that leads to no interface here: " + destination);
        }
        if (type == RouteNetlink.RTN_UNICAST && route.prefixLength() < PREFIX_LENGTH_MIN) {
            throw new UnsafeNetworkException("there is a default route: " + destination);
        }
        if (type < RouteNetlink.RTN_UNICAST || type > RouteNetlink.RTN_MULTICAST) {
            throw new UnsafeNetworkException("there is a route of unknown type " + type + ": " + destination);
        }
        if (type == RouteNetlink.RTN_UNICAST) {
            out.add(destination);
        }
    }

    private void checkLinks(NamespaceProbe.Inventory found) throws UnsafeNetworkException {
        Set<String> names = new HashSet<>();
        for (RouteNetlink.Link link : found.links()) {
            boolean idleTunnel = !link.up() && FALLBACK_TUNNELS.contains(link.name());
            if (!link.name().equals(LOOPBACK) && !idleTunnel) {
                names.add(link.name());
            }
        }
        demandEqual("interface", expected.links(), names);
    }

    private boolean isOurs(Prefix prefix) {
        return expected.links().contains(prefix.link());
    }

    private static <T> void demandEqual(String what, Set<T> expected, Set<T> found) throws UnsafeNetworkException {
        for (T f : found) {
            if (!expected.contains(f)) {
                throw new UnsafeNetworkException("there is an unexpected " + what + ": " + f);
            }
        }
        for (T e : expected) {
            if (!found.contains(e)) {
                throw new UnsafeNetworkException("an expected " + what + " is missing: " + e);
            }
        }
    }
}
