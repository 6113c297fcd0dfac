package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.Interfaces;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the service's addresses can be reached from here at all, by the routing tables; nothing is sent.
 *
 * @param procNet a directory like /proc/thread-self/net
 */
record RouteCheck(Endpoints endpoints, Path procNet) implements Check {
    @Override
    public List<Finding> look() {
        List<Finding> out = new ArrayList<>();
        for (IpAddress address : endpoints.addresses()) {
            try {
                Endpoints one = new Endpoints(List.of(address), endpoints.port());
                out.add(Finding.ok("route", address + " by " + String.join(", ", Interfaces.leadingTo(one, procNet))));
            } catch (CaptureException e) {
                out.add(Finding.ok("route", "none to " + address + ": nobody can call it from here"));
            } catch (IOException e) {
                out.add(Finding.limited(
                        "route",
                        "cannot read the routes to " + address + ": " + Failures.reason(e),
                        "--interface auto cannot choose",
                        "--interface NAME"));
            }
        }
        return out;
    }
}
