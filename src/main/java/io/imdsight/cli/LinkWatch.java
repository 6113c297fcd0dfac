package io.imdsight.cli;

import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.DriverStatistics;
import io.imdsight.linux.KernelException;
import io.imdsight.model.LinkUse;
import io.imdsight.report.LinkBudget;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How much of the interfaces' allowance for link-local services was used, from the beginning of a watch to its end. */
final class LinkWatch {
    /** Packets that the network card dropped because of it, since the driver's start: EC2 user guide, metrics of the ENA driver. */
    static final String EXCEEDED = "linklocal_allowance_exceeded";

    private final Map<String, Long> before = new LinkedHashMap<>();
    private final Map<String, LinkUse> uses = new TreeMap<>();

    /** The watch begins. */
    void begin(List<LinkUse> now) {
        step(now);
        uses.keySet().forEach(name -> before.put(name, exceeded(name)));
    }

    /** What the captures say now. One that has ended by the next step stays as it was. */
    void step(List<LinkUse> now) {
        now.forEach(u -> uses.merge(u.interfaceName(), u, (a, b) -> b.packets() >= a.packets() ? b : a));
    }

    /** The watch is over. */
    List<LinkBudget> end() {
        List<LinkBudget> out = new ArrayList<>();
        uses.forEach((name, use) -> {
            Long first = before.get(name);
            Long last = first == null ? null : exceeded(name);
            out.add(
                    last == null || last < first // the driver was loaded anew meanwhile
                            ? new LinkBudget(use, null, null)
                            : new LinkBudget(use, last - first, first));
        });
        return out;
    }

    /** Null where no driver counts it. */
    private static Long exceeded(String name) {
        if (!LiveCapture.ANY.equals(name)) {
            return ofDriver(name);
        }
        Long sum = null;
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                Long count = ofDriver(each.getName());
                sum = count == null ? sum : Long.valueOf(count + (sum == null ? 0 : sum));
            }
        } catch (SocketException e) {
            return null; // none to ask: not known
        }
        return sum;
    }

    private static Long ofDriver(String name) {
        try {
            return DriverStatistics.read(name).get(EXCEEDED);
        } catch (KernelException e) {
            return null; // it went meanwhile: not known
        }
    }
}
