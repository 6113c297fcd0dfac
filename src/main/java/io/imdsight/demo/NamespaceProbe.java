package io.imdsight.demo;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** What the guard reads about the calling thread's network namespace. A seam: tests give their own answers. */
interface NamespaceProbe {
    /** The number of the calling thread's namespace. */
    long inode() throws IOException;

    /** The number of the first process's namespace; empty where this process may not see it. */
    OptionalLong initInode() throws IOException;

    /** Interfaces, addresses and routes. */
    Inventory inventory() throws IOException;

    /**
     * What a namespace holds, as the kernel lists it.
     *
     * @param links every interface
     * @param addresses every address
     * @param routes every route of every table
     */
    record Inventory(
            List<RouteNetlink.Link> links, List<RouteNetlink.Address> addresses, List<RouteNetlink.Route> routes) {}

    /** Asks the kernel. */
    static NamespaceProbe live() {
        return at(NetworkNamespace.OF_THREAD, Path.of("/proc/1/ns/net"));
    }

    /**
     * Asks the kernel, with other places for the links.
     *
     * @param thread link to the calling thread's namespace
     * @param init link to the first process's namespace
     */
    static NamespaceProbe at(Path thread, Path init) {
        return new NamespaceProbe() {
            @Override
            public long inode() throws IOException {
                return NetworkNamespace.inode(thread);
            }

            @Override
            public OptionalLong initInode() throws IOException {
                try {
                    return OptionalLong.of(NetworkNamespace.inode(init));
                } catch (AccessDeniedException | NoSuchFileException e) {
                    // an ordinary user may not see it, and hidepid hides it: the number that was passed in has to do
                    return OptionalLong.empty();
                }
            }

            @Override
            public Inventory inventory() throws IOException {
                try (RouteNetlink netlink = RouteNetlink.open()) {
                    return new Inventory(netlink.links(), netlink.addresses(), netlink.routes());
                }
            }
        };
    }
}
