package io.imdsight.demo;

import io.imdsight.linux.KernelException;
import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Two network namespaces and a wire between them: the machine's side, where clients run and packets are captured, and the service's side with
 * the metadata service's real addresses. Neither has a way out.
 *
 * <pre>
 *   machine (the opening thread's namespace, fresh)      service (a thread's own namespace)
 *   ens5  10.0.0.5/24  10.0.0.6/24  fd00:10::5/64  ----  imds0  169.254.169.254/32  fd00:ec2::254/128
 *   routes: 169.254.169.254/32, fd00:ec2::254/128        routes: 10.0.0.0/24, fd00:10::/64
 * </pre>
 */
public final class PrivateNetwork implements Closeable {
    /** The machine's interface, named as on a Nitro instance. */
    public static final String MACHINE_INTERFACE = "ens5";

    /** The machine's address. */
    public static final IpAddress MACHINE_V4 = IpAddress.ofV4(0x0a000005);

    /** The machine's second address, 10.0.0.6: plays a client behind a hop limit. */
    static final IpAddress HOP_LIMITED_V4 = IpAddress.ofV4(0x0a000006);

    /** The machine's IPv6 address, fd00:10::5. */
    public static final IpAddress MACHINE_V6 = new IpAddress(0xfd00_0010_0000_0000L, 5);

    private static final String SERVICE_INTERFACE = "imds0";
    private static final IpAddress MACHINE_NETWORK_V4 = IpAddress.ofV4(0x0a000000);
    private static final IpAddress MACHINE_NETWORK_V6 = new IpAddress(0xfd00_0010_0000_0000L, 0);
    private static final int PORT = 80;

    private final long hostInode;
    private final RouteNetlink machine;
    private final NamespaceThread serviceThread;
    private RouteNetlink service;
    private NamespaceGuard machineGuard;
    private NamespaceGuard serviceGuard;
    private boolean v6;
    private boolean wired;
    private boolean closed;

    private PrivateNetwork(long hostInode, RouteNetlink machine, NamespaceThread serviceThread) {
        this.hostInode = hostInode;
        this.machine = machine;
        this.serviceThread = serviceThread;
    }

    /**
     * Lays the network out. The calling thread must be in a fresh namespace, see {@link Demo} and {@link NetworkNamespace#enterFresh}; nothing is
     * changed where it is not.
     *
     * @param hostInode the machine's own namespace, noted before any other was made
     * @throws UnsafeNetworkException where the calling thread's namespace is not fresh
     * @throws IOException where the kernel refuses, with the operation and the remedy
     */
    public static PrivateNetwork open(long hostInode) throws IOException {
        NamespaceGuard.exactly(hostInode, NamespaceGuard.Contents.NOTHING, NamespaceProbe.live())
                .check();
        RouteNetlink machine = RouteNetlink.open();
        PrivateNetwork network;
        try {
            machine.up("lo");
            network = new PrivateNetwork(hostInode, machine, new NamespaceThread("service-namespace"));
        } catch (IOException | RuntimeException e) {
            machine.close();
            throw e;
        }
        try {
            network.layOut();
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void layOut() throws IOException {
        long machineInode = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        service = serviceThread.call(() -> {
            guard(hostInode, NamespaceGuard.Contents.NOTHING).check();
            guard(machineInode, NamespaceGuard.Contents.NOTHING).check();
            return RouteNetlink.open();
        });
        service.up("lo");
        try {
            machine.createVethPair(MACHINE_INTERFACE, SERVICE_INTERFACE, serviceThread.namespace());
        } catch (KernelException e) {
            if (e.error() != KernelException.EOPNOTSUPP) {
                throw e;
            }
            throw new IOException(e.getMessage() + "; needs the kernel module veth: modprobe veth", e);
        }
        wired = true;
        configureV4();
        v6 = configureV6();
        machineGuard = guard(hostInode, machineContents());
        serviceGuard = guard(hostInode, serviceContents());
        machineGuard.check();
        callInService(() -> null);
    }

    private static NamespaceGuard guard(long hostInode, NamespaceGuard.Contents contents) {
        return NamespaceGuard.exactly(hostInode, contents, NamespaceProbe.live());
    }

    private void configureV4() throws KernelException {
        machine.addAddress(MACHINE_INTERFACE, MACHINE_V4.bytes(), 24);
        machine.addAddress(MACHINE_INTERFACE, HOP_LIMITED_V4.bytes(), 24);
        service.addAddress(SERVICE_INTERFACE, IpAddress.IMDS_V4.bytes(), 32);
        machine.up(MACHINE_INTERFACE);
        service.up(SERVICE_INTERFACE);
        machine.addRoute(MACHINE_INTERFACE, IpAddress.IMDS_V4.bytes(), 32, null, MACHINE_V4.bytes());
        service.addRoute(SERVICE_INTERFACE, MACHINE_NETWORK_V4.bytes(), 24, null, IpAddress.IMDS_V4.bytes());
    }

    /** False where the kernel has no IPv6, or has it switched off. */
    private boolean configureV6() throws KernelException {
        try {
            service.addAddress(SERVICE_INTERFACE, IpAddress.IMDS_V6.bytes(), 128);
            machine.addAddress(MACHINE_INTERFACE, MACHINE_V6.bytes(), 64);
        } catch (KernelException e) {
            if (e.error() == KernelException.EOPNOTSUPP || e.isPermission()) {
                return false;
            }
            throw e;
        }
        machine.addRoute(MACHINE_INTERFACE, IpAddress.IMDS_V6.bytes(), 128, null, null);
        service.addRoute(SERVICE_INTERFACE, MACHINE_NETWORK_V6.bytes(), 64, null, null);
        return true;
    }

    private NamespaceGuard.Contents machineContents() {
        Set<Prefix> addresses = new HashSet<>();
        addresses.add(new Prefix(MACHINE_INTERFACE, MACHINE_V4, 24));
        addresses.add(new Prefix(MACHINE_INTERFACE, HOP_LIMITED_V4, 24));
        Set<Prefix> routes = new HashSet<>();
        routes.add(new Prefix(MACHINE_INTERFACE, MACHINE_NETWORK_V4, 24));
        routes.add(new Prefix(MACHINE_INTERFACE, IpAddress.IMDS_V4, 32));
        if (v6) {
            addresses.add(new Prefix(MACHINE_INTERFACE, MACHINE_V6, 64));
            routes.add(new Prefix(MACHINE_INTERFACE, MACHINE_NETWORK_V6, 64));
            routes.add(new Prefix(MACHINE_INTERFACE, IpAddress.IMDS_V6, 128));
        }
        return new NamespaceGuard.Contents(Set.of(MACHINE_INTERFACE), addresses, routes);
    }

    private NamespaceGuard.Contents serviceContents() {
        Set<Prefix> addresses = new HashSet<>();
        addresses.add(new Prefix(SERVICE_INTERFACE, IpAddress.IMDS_V4, 32));
        Set<Prefix> routes = new HashSet<>();
        routes.add(new Prefix(SERVICE_INTERFACE, MACHINE_NETWORK_V4, 24));
        if (v6) {
            addresses.add(new Prefix(SERVICE_INTERFACE, IpAddress.IMDS_V6, 128));
            routes.add(new Prefix(SERVICE_INTERFACE, IpAddress.IMDS_V6, 128));
            routes.add(new Prefix(SERVICE_INTERFACE, MACHINE_NETWORK_V6, 64));
        }
        return new NamespaceGuard.Contents(Set.of(SERVICE_INTERFACE), addresses, routes);
    }

    /** The service's addresses: both, or the IPv4 one where the kernel has no IPv6. */
    public Endpoints endpoints() {
        List<IpAddress> addresses = v6 ? Endpoints.EC2.addresses() : List.of(IpAddress.IMDS_V4);
        return new Endpoints(addresses, PORT);
    }

    /** Whether the network speaks IPv6. */
    boolean hasV6() {
        return v6;
    }

    /** To be asked by a thread on the machine's side before it sends, or starts what sends. */
    public NamespaceGuard machineGuard() {
        return machineGuard;
    }

    /** To be asked by a step of {@link #callInService} before it listens. */
    NamespaceGuard serviceGuard() {
        return serviceGuard;
    }

    /** Runs a step on the service's side, guarded: for opening sockets. */
    public <T> T callInService(Callable<T> step) throws IOException {
        return serviceThread.call(() -> {
            serviceGuard.check();
            return step.call();
        });
    }

    /** Takes the wire away; the service's namespace goes with its last socket. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (wired) {
            try {
                machine.delete(MACHINE_INTERFACE);
            } catch (KernelException e) {
                // it is gone already; the namespaces vanish with this process in any case
            }
        }
        serviceThread.close();
        if (service != null) {
            service.close();
        }
        machine.close();
    }
}
