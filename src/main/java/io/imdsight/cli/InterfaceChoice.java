package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.Interfaces;
import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.NetworkLinks;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Which interfaces are to be captured, as the user chose.
 *
 * @param endpoints the service
 * @param value {@code auto}, {@code any}, or a name
 */
record InterfaceChoice(Endpoints endpoints, String value) {
    private static final String AUTO = "auto";

    /** The routing tables of the calling thread's network namespace. */
    static final Path ROUTES = Path.of("/proc/thread-self/net");

    boolean isAny() {
        return value.equals(LiveCapture.ANY);
    }

    boolean isAuto() {
        return value.equals(AUTO);
    }

    /**
     * The names to open now; at least one.
     *
     * @throws CaptureException {@link CaptureException.Kind#NO_ROUTE} where nothing leads to the service
     */
    Set<String> names() throws CaptureException, IOException {
        return isAuto() ? Interfaces.leadingTo(endpoints, ROUTES) : Set.of(value);
    }

    /** The names to have open, of the interfaces that are there; none where nothing leads to the service. */
    Set<String> names(List<NetworkLinks.Entry> links) throws IOException {
        if (isAuto()) {
            try {
                return names();
            } catch (CaptureException e) {
                return Set.of();
            }
        }
        boolean up = links.stream().anyMatch(l -> l.name().equals(value) && l.up());
        return up ? Set.of(value) : Set.of();
    }

    /** What is missing while there is nothing to capture on. */
    String waiting(List<NetworkLinks.Entry> links) {
        if (isAuto()) {
            return "no interface leads to " + endpoints.addresses() + " yet";
        }
        boolean there = links.stream().anyMatch(l -> l.name().equals(value));
        return there ? value + " is down" : "there is no interface " + value + " yet";
    }
}
