package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Changes to interfaces, each in a thread's fresh namespace. Nothing is sent: no interface gets a peer that listens. */
class RouteNetlinkIT {
    private interface Step {
        void run(RouteNetlink netlink) throws Exception;
    }

    private static void inFreshNamespace(Step step) throws Exception {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        try (var thread = Executors.newSingleThreadExecutor()) {
            thread.submit((Callable<Void>) () -> {
                        NetworkNamespace.enterFresh();
                        assertNotEquals(host, NetworkNamespace.inode(NetworkNamespace.OF_THREAD));
                        try (RouteNetlink netlink = RouteNetlink.open()) {
                            step.run(netlink);
                        }
                        return null;
                    })
                    .get();
        }
        assertEquals(host, NetworkNamespace.inode(NetworkNamespace.OF_THREAD));
    }

    private static List<String> names(RouteNetlink netlink) throws IOException {
        return netlink.links().stream().map(RouteNetlink.Link::name).toList();
    }

    @Test
    void aFreshNamespaceHoldsALoopbackInterfaceThatIsDown() throws Exception {
        inFreshNamespace(netlink -> {
            assertTrue(names(netlink).contains("lo"));
            assertTrue(netlink.links().stream().noneMatch(RouteNetlink.Link::up));
            assertEquals(List.of(), netlink.addresses());
            netlink.up("lo");
            assertTrue(netlink.links().stream().anyMatch(l -> l.name().equals("lo") && l.up()));
            assertFalse(netlink.addresses().isEmpty());
        });
    }

    @Test
    void aPairIsMadeRenamedAndDeletedAsOne() throws Exception {
        inFreshNamespace(netlink -> {
            try (NetworkNamespace here = NetworkNamespace.open()) {
                netlink.createVethPair("a0", "b0", here);
                assertThrows(KernelException.class, () -> netlink.createVethPair("a0", "c0", here));
            }
            netlink.rename("b0", "imds7");
            assertTrue(names(netlink).containsAll(List.of("a0", "imds7")));
            netlink.delete("a0");
            assertFalse(names(netlink).contains("imds7"));
        });
    }

    @Test
    void addressesAndRoutesAreListedAsTheyWereAdded() throws Exception {
        inFreshNamespace(netlink -> {
            try (NetworkNamespace here = NetworkNamespace.open()) {
                netlink.createVethPair("a0", "b0", here);
            }
            netlink.addAddress("a0", new byte[] {10, 7, 0, 5}, 24);
            netlink.up("a0");
            netlink.addRoute("a0", new byte[] {10, 9, 0, 0}, 16, new byte[] {10, 7, 0, 1}, new byte[] {10, 7, 0, 5});
            netlink.addRoute("a0", new byte[] {10, 8, 0, 1}, 32, null, null);
            assertTrue(netlink.addresses().stream()
                    .anyMatch(a -> Arrays.equals(a.address(), new byte[] {10, 7, 0, 5}) && a.prefixLength() == 24));
            assertTrue(netlink.routes().stream()
                    .anyMatch(r -> Arrays.equals(r.destination(), new byte[] {10, 9, 0, 0})
                            && r.prefixLength() == 16
                            && r.viaGateway()));
            assertTrue(netlink.routes().stream()
                    .anyMatch(r -> Arrays.equals(r.destination(), new byte[] {10, 8, 0, 1})
                            && r.type() == RouteNetlink.RTN_UNICAST
                            && !r.viaGateway()));
        });
    }

    @Test
    void anInterfaceThatIsNotThereIsSaidByName() throws Exception {
        inFreshNamespace(netlink -> {
            KernelException e = assertThrows(KernelException.class, () -> netlink.up("eth9"));
            assertEquals(KernelException.ENODEV, e.error());
            assertTrue(e.getMessage().contains("eth9"), e.getMessage());
        });
    }
}
