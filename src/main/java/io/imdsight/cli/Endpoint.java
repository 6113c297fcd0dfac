package io.imdsight.cli;

import io.imdsight.publish.Condition;
import io.imdsight.publish.Meters;
import io.imdsight.publish.ScrapeServer;
import java.io.IOException;
import java.util.function.Supplier;

/** The scrape endpoint as the settings want it. Where it cannot listen, that is said once and tried again: no reason not to capture. */
final class Endpoint {
    private static final long RETRY_NANOS = 60_000_000_000L;

    private final Console console;
    private final Supplier<Condition> condition;
    private final Supplier<Meters> meters;
    private Meters made;
    private Listen wanted = Listen.of(Listen.NONE);
    private ScrapeServer server;
    private boolean said;
    private long triedNanos;

    Endpoint(Console console, Supplier<Condition> condition, Supplier<Meters> meters) {
        this.console = console;
        this.condition = condition;
        this.meters = meters;
    }

    /** Listens there from now on, and nowhere else. */
    synchronized void listen(Listen there) {
        if (there.equals(wanted)) {
            return;
        }
        close();
        wanted = there;
        said = false;
        attempt();
    }

    private void attempt() {
        if (wanted.host() == null) {
            return;
        }
        triedNanos = System.nanoTime();
        try {
            server = ScrapeServer.start(wanted.socketAddress(), condition, this::meters);
            console.say("metrics and health are at http://"
                    + Listen.of(
                            wanted.host().isV4()
                                    ? wanted.host() + ":" + server.address().getPort()
                                    : "[" + wanted.host() + "]:"
                                            + server.address().getPort())
                    + "/metrics and /healthz");
        } catch (IOException e) {
            if (!said) {
                said = true;
                console.say(
                        Journal.WARNING,
                        "cannot listen on " + wanted + ": " + Failures.reason(e)
                                + "; there is no scrape endpoint until that is possible; choose another with --listen, or none");
            }
        }
    }

    private synchronized Meters meters() {
        if (made == null) {
            made = meters.get();
        }
        return made;
    }

    /** Tries again where it is time to. */
    synchronized void step() {
        if (server == null && wanted.host() != null && System.nanoTime() - triedNanos >= RETRY_NANOS) {
            attempt();
        }
    }

    synchronized void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
