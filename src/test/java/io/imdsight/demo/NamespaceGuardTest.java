package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.RouteNetlink;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard lets nothing pass that it has not seen to be safe. Everything it reads is made up here: no test asks the machine. */
class NamespaceGuardTest {
    private static final long HOST = 4026531833L;
    private static final long OURS = 4026532178L;
    private static final byte[] LOOPBACK_V4 = {127, 0, 0, 1};
    private static final byte[] MACHINE = {10, 0, 0, 5};
    private static final byte[] NETWORK = {10, 0, 0, 0};
    private static final byte[] SERVICE = {(byte) 169, (byte) 254, (byte) 169, (byte) 254};
    private static final byte[] ANY = new byte[4];
    private static final byte[] LINK_LOCAL = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final byte[] MULTICAST_V6 = {(byte) 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final NamespaceGuard.Contents EXPECTED = new NamespaceGuard.Contents(
            Set.of("ens5"),
            Set.of(new Prefix("ens5", IpAddress.ofV4(0x0a000005), 24)),
            Set.of(new Prefix("ens5", IpAddress.ofV4(0x0a000000), 24), new Prefix("ens5", IpAddress.IMDS_V4, 32)));

    /** A namespace that is exactly as it should be, until a test spoils it. */
    private static final class FakeProbe implements NamespaceProbe {
        long inode = OURS;
        OptionalLong initInode = OptionalLong.of(HOST);
        Throwable inodeFailure;
        Throwable initFailure;
        Throwable inventoryFailure;
        final List<RouteNetlink.Link> links =
                new ArrayList<>(List.of(new RouteNetlink.Link(1, "lo", true), new RouteNetlink.Link(2, "ens5", true)));
        final List<RouteNetlink.Address> addresses = new ArrayList<>(
                List.of(new RouteNetlink.Address(1, LOOPBACK_V4, 8), new RouteNetlink.Address(2, MACHINE, 24)));
        final List<RouteNetlink.Route> routes = new ArrayList<>(List.of(
                route(1, LOOPBACK_V4, 32, RouteNetlink.RTN_LOCAL),
                route(2, NETWORK, 24, RouteNetlink.RTN_UNICAST),
                route(2, SERVICE, 32, RouteNetlink.RTN_UNICAST)));

        @Override
        public long inode() throws IOException {
            fail(inodeFailure);
            return inode;
        }

        @Override
        public OptionalLong initInode() throws IOException {
            fail(initFailure);
            return initInode;
        }

        @Override
        public Inventory inventory() throws IOException {
            fail(inventoryFailure);
            return new Inventory(links, addresses, routes);
        }

        private static void fail(Throwable failure) throws IOException {
            switch (failure) {
                case null -> {}
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError(failure);
            }
        }
    }

    private final FakeProbe probe = new FakeProbe();

    private static RouteNetlink.Route route(int link, byte[] destination, int length, int type) {
        return new RouteNetlink.Route(link, destination, length, type, false);
    }

    private void passes() {
        assertDoesNotThrow(() -> NamespaceGuard.exactly(HOST, EXPECTED, probe).check());
    }

    private void refuses(String because) {
        UnsafeNetworkException e = assertThrows(
                UnsafeNetworkException.class,
                () -> NamespaceGuard.exactly(HOST, EXPECTED, probe).check());
        assertTrue(e.getMessage().contains(because), e.getMessage());
    }

    @Test
    void passesWhereTheNamespaceIsOursAndHoldsExactlyWhatWasMade() {
        passes();
    }

    @Test
    void passesWhereTheFirstProcessIsHiddenFromAnOrdinaryUser() {
        probe.initInode = OptionalLong.empty();
        passes();
    }

    @Test
    void passesWhatTheKernelAddsByItself() {
        probe.addresses.add(new RouteNetlink.Address(2, LINK_LOCAL, 64));
        probe.routes.add(route(2, LINK_LOCAL, 64, RouteNetlink.RTN_UNICAST));
        probe.routes.add(route(2, MULTICAST_V6, 8, RouteNetlink.RTN_UNICAST));
        probe.routes.add(route(1, new byte[16], 0, 7));
        probe.links.add(new RouteNetlink.Link(3, "sit0", false));
        passes();
    }

    @Test
    void refusesTheNamespaceThatWasThereAtTheStart() {
        probe.inode = HOST;
        probe.initInode = OptionalLong.empty();
        refuses("machine's own");
    }

    @Test
    void refusesTheFirstProcessesNamespaceWhateverWasPassedIn() {
        probe.initInode = OptionalLong.of(OURS);
        refuses("machine's own");
    }

    @Test
    void refusesWhereTheNumbersAreMissing() {
        probe.inode = 0;
        refuses("missing");
        probe.inode = OURS;
        assertThrows(
                UnsafeNetworkException.class,
                () -> NamespaceGuard.exactly(0, EXPECTED, probe).check());
    }

    @Test
    void refusesAnInterfaceThatNobodyHereMade() {
        probe.links.add(new RouteNetlink.Link(3, "eth0", false));
        refuses("unexpected interface: eth0");
    }

    @Test
    void refusesATunnelThatIsUp() {
        probe.links.add(new RouteNetlink.Link(3, "sit0", true));
        refuses("unexpected interface: sit0");
    }

    @Test
    void refusesWhereOurInterfaceIsMissing() {
        probe.links.remove(1);
        probe.addresses.remove(1);
        probe.routes.subList(1, 3).clear();
        refuses("interface is missing: ens5");
    }

    @Test
    void refusesAnAddressThatIsNotOurs() {
        probe.addresses.add(new RouteNetlink.Address(2, new byte[] {10, 0, 0, 7}, 24));
        refuses("unexpected address: 10.0.0.7/24 on ens5");
    }

    @Test
    void refusesOurAddressOnAnotherInterface() {
        probe.addresses.set(1, new RouteNetlink.Address(1, MACHINE, 24));
        refuses("unexpected address: 10.0.0.5/24 on lo");
    }

    @Test
    void refusesWhereOurAddressIsMissing() {
        probe.addresses.remove(1);
        refuses("address is missing");
    }

    @Test
    void refusesADefaultRoute() {
        probe.routes.add(route(2, ANY, 0, RouteNetlink.RTN_UNICAST));
        refuses("default route");
    }

    @Test
    void refusesHalfADefaultRoute() {
        probe.routes.add(route(2, ANY, 1, RouteNetlink.RTN_UNICAST));
        refuses("default route");
    }

    @Test
    void refusesADefaultRouteOfTheOtherFamily() {
        probe.routes.add(route(2, new byte[16], 0, RouteNetlink.RTN_UNICAST));
        refuses("default route");
    }

    @Test
    void refusesAGatewayEvenToAnExpectedDestination() {
        probe.routes.set(2, new RouteNetlink.Route(2, SERVICE, 32, RouteNetlink.RTN_UNICAST, true));
        refuses("gateway");
    }

    @Test
    void refusesARouteThatNobodyHereMade() {
        probe.routes.add(route(2, new byte[] {8, 8, 8, 0}, 24, RouteNetlink.RTN_UNICAST));
        refuses("unexpected route");
    }

    @Test
    void refusesARouteToSeveralOrUnknownInterfaces() {
        probe.routes.add(route(0, new byte[] {8, 8, 8, 0}, 24, RouteNetlink.RTN_UNICAST));
        refuses("no interface");
    }

    @Test
    void refusesARouteOfUnknownType() {
        probe.routes.add(route(2, SERVICE, 32, 11));
        refuses("unknown type");
    }

    @Test
    void refusesWhereTheServiceCannotBeReachedByItsOwnRoute() {
        probe.routes.remove(2);
        refuses("route is missing");
    }

    @Test
    void refusesAnAddressThatIsNoAddress() {
        probe.addresses.add(new RouteNetlink.Address(2, new byte[3], 24));
        refuses("cannot tell");
    }

    @Test
    void refusesWhereAnyCheckFailsInWhateverWay() {
        for (Throwable failure : List.of(
                new IOException("read"), new IllegalStateException("odd"), new UnsatisfiedLinkError("no library"))) {
            probe.inodeFailure = failure;
            refuses("cannot tell");
            probe.inodeFailure = null;
            probe.initFailure = failure;
            refuses("cannot tell");
            probe.initFailure = null;
            probe.inventoryFailure = failure;
            refuses("cannot tell");
            probe.inventoryFailure = null;
        }
        passes();
    }

    @Test
    void aServersGuardAllowsAnyInterfaceButNoWayOut() throws IOException {
        NamespaceGuard closed = NamespaceGuard.closed(OptionalLong.empty(), probe);
        probe.links.add(new RouteNetlink.Link(3, "veth7", true));
        closed.check();
        probe.routes.add(route(3, ANY, 0, RouteNetlink.RTN_UNICAST));
        assertThrows(UnsafeNetworkException.class, closed::check);
    }

    @Test
    void aServersGuardRefusesWhereNothingSaysWhichNamespaceIsTheMachines() {
        probe.initInode = OptionalLong.empty();
        NamespaceGuard closed = NamespaceGuard.closed(OptionalLong.empty(), probe);
        assertThrows(UnsafeNetworkException.class, closed::check);
    }

    @Test
    void readsNamespaceNumbersFromLinksAndRefusesAnythingElse(@TempDir Path directory) throws IOException {
        Path thread = Files.createSymbolicLink(directory.resolve("thread"), Path.of("net:[4026532178]"));
        Path init = Files.createSymbolicLink(directory.resolve("init"), Path.of("net:[4026531833]"));
        Path strange = Files.createSymbolicLink(directory.resolve("strange"), Path.of("mnt:[4026531833]"));
        NamespaceProbe live = NamespaceProbe.at(thread, init);
        assertTrue(live.inode() == OURS && live.initInode().getAsLong() == HOST);
        assertTrue(
                NamespaceProbe.at(thread, directory.resolve("none")).initInode().isEmpty());
        assertThrows(IOException.class, () -> NamespaceProbe.at(strange, init).inode());
        assertThrows(IOException.class, () -> NamespaceProbe.at(thread, strange).initInode());
        assertThrows(
                IOException.class,
                () -> NamespaceProbe.at(directory.resolve("none"), init).inode());
    }
}
