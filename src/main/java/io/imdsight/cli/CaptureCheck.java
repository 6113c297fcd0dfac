package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.Interfaces;
import io.imdsight.capture.Libpcap;
import io.imdsight.capture.LiveCapture;
import io.imdsight.capture.LiveOptions;
import io.imdsight.linux.PacketSockets;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Whether packets can be captured: the library, the interfaces that lead to the service, and each of them opened and closed again. */
record CaptureCheck(Endpoints endpoints, String interfaces) implements Check {
    private static final Path ROUTES = Path.of("/proc/thread-self/net");
    private static final String LOST = "no capture: agent and audit see nothing";

    @Override
    public List<Finding> look() {
        List<Finding> out = new ArrayList<>();
        try {
            out.add(Finding.ok("libpcap", Libpcap.version()));
        } catch (CaptureException e) {
            return List.of(Finding.missing(
                    "libpcap",
                    e.getMessage(),
                    LOST,
                    "apt-get install libpcap0.8, or dnf install libpcap",
                    ExitStatus.UNAVAILABLE));
        }
        try {
            Collection<String> names =
                    interfaces.equals("auto") ? Interfaces.leadingTo(endpoints, ROUTES) : Set.of(interfaces);
            names.forEach(name -> out.add(open(name)));
        } catch (CaptureException e) {
            out.add(missing("interface", e.getMessage(), "ip route; then --interface NAME"));
        } catch (IOException e) {
            out.add(missing("interface", "cannot read the routes: " + Failures.reason(e), "name one with --interface"));
        }
        return out;
    }

    private static Finding missing(String check, String found, String remedy) {
        return Finding.missing(check, found, LOST, remedy, ExitStatus.UNAVAILABLE);
    }

    private Finding open(String name) {
        LiveOptions options = LiveOptions.defaults().with(PacketSockets::attachFilter);
        try (LiveCapture capture = LiveCapture.open(name, endpoints, segment -> {}, new Drops(), options)) {
            return Finding.ok("capture", "opens on " + capture.description());
        } catch (CaptureException e) {
            boolean permission = e.kind() == CaptureException.Kind.NOT_PERMITTED;
            return Finding.missing(
                    "capture",
                    e.getMessage(),
                    LOST,
                    permission ? CapabilityCheck.grant("CAP_NET_RAW") : "ip link; then --interface NAME",
                    permission ? ExitStatus.NOT_PERMITTED : ExitStatus.UNAVAILABLE);
        }
    }
}
