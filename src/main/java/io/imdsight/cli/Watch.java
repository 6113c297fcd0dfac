package io.imdsight.cli;

import io.imdsight.linux.ProcessTable;
import io.imdsight.linux.ServiceManager;
import io.imdsight.model.Plural;
import io.imdsight.model.Version;
import io.imdsight.publish.Condition;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Tells the service manager how the agent is, and feeds its watchdog while the capture makes progress and sightings are handled: not otherwise. Where
 * the capture stands still and nobody has a watchdog, it ends the agent.
 */
final class Watch {
    /** The status line is for people. */
    private static final long STATUS_NANOS = 30_000_000_000L;

    /** A capture that stood still at so many looks, one a second, will not go on by itself. A process that was stopped looks once and goes on. */
    private static final int LOOKS_MAX = 60;

    private final Console console;
    private final Supplier<Condition> condition;
    private final LivePipeline pipeline;
    private final ServiceManager manager;
    private final long watchdogNanos;
    private final Pace pace;
    private final Thread thread = new Thread(this::run, "vigil");
    private boolean healthy = true;
    private int deafLooks;
    private long packetsSeen;
    private long fedNanos;
    private long statusNanos;

    Watch(Console console, Supplier<Condition> condition, LivePipeline pipeline) {
        this.console = console;
        this.condition = condition;
        this.pipeline = pipeline;
        this.manager = open(console);
        this.watchdogNanos = watchdogNanos(console.environment());
        this.pace = pace(watchdogNanos);
        thread.setDaemon(true);
    }

    private static ServiceManager open(Console console) {
        String socket = console.environment().get("NOTIFY_SOCKET");
        if (socket == null || socket.isEmpty()) {
            return null;
        }
        try {
            return ServiceManager.open(socket);
        } catch (IOException | IllegalArgumentException e) {
            console.say(Journal.WARNING, "cannot tell the service manager anything: " + e.getMessage());
            return null;
        }
    }

    /** How often the manager wants to hear, sd_watchdog_enabled(3); 0 where it does not, or means another process. */
    private static long watchdogNanos(Map<String, String> environment) {
        String micros = environment.get("WATCHDOG_USEC");
        String pid = environment.get("WATCHDOG_PID");
        if (micros == null
                || !micros.matches("[0-9]{1,15}")
                || pid != null && !pid.equals(Integer.toString(ProcessTable.ownPid()))) {
            return 0;
        }
        return Long.parseLong(micros) * 1_000;
    }

    private static Pace pace(long watchdogNanos) {
        long most = watchdogNanos == 0 ? Pace.CALM_MILLIS : Math.max(10, watchdogNanos / 4_000_000);
        return new Pace(Math.min(Pace.BUSY_MILLIS, most), Math.min(Pace.CALM_MILLIS, most), System::nanoTime);
    }

    void start() {
        tell("READY=1", status());
        statusNanos = System.nanoTime();
        thread.start();
    }

    private void run() {
        try {
            while (!pace.await()) {
                step(System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            pipeline.fail(e);
        }
    }

    private void step(long nowNanos) {
        Fault.at(Fault.Stage.VIGIL);
        Condition c = condition.get();
        if (!c.healthy() || c.packets() != packetsSeen) {
            packetsSeen = c.packets();
            pace.stir();
        }
        if (c.healthy() && watchdogNanos > 0 && nowNanos - fedNanos >= watchdogNanos / 3) {
            fedNanos = nowNanos;
            tell("WATCHDOG=1");
        }
        if (c.healthy() != healthy) {
            healthy = c.healthy();
            statusNanos = nowNanos - STATUS_NANOS;
            console.say(Journal.WARNING, healthy ? "capturing goes on" : problem(c));
        }
        if (nowNanos - statusNanos >= STATUS_NANOS) {
            statusNanos = nowNanos;
            tell(status());
        }
        deafLooks = c.capturing() ? 0 : deafLooks + 1;
        if (deafLooks == LOOKS_MAX) {
            pipeline.fail(new Failure(ExitStatus.UNAVAILABLE, problem(c) + "; ending, to be started again"));
        }
    }

    private String problem(Condition c) {
        if (c.capturing()) {
            return "requests wait and none has been attributed for long; does anybody read standard output?";
        }
        return pipeline.state().uncapturedNanos() >= Vigil.CAPTURE_NANOS_MAX
                ? "an interface that leads to the service cannot be captured"
                : "the capture makes no progress";
    }

    private String status() {
        Condition c = condition.get();
        return "STATUS=" + (c.healthy() ? "capturing" : problem(c)) + "; "
                + Plural.of(pipeline.counts().requests(), "request") + ", "
                + pipeline.counts().requests(Version.V1) + " with version 1, MetadataNoToken "
                + pipeline.counts().noToken() + ", MetadataNoTokenRejected "
                + pipeline.counts().noTokenRejected();
    }

    /** Settings are read again; the manager waits until {@link #reloaded}. */
    void reloading() {
        tell("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / 1_000);
    }

    void reloaded() {
        tell("READY=1", status());
    }

    void stopping() {
        tell("STOPPING=1", "STATUS=ending: writing what waits");
    }

    private void tell(String... assignments) {
        if (manager != null) {
            manager.tell(assignments);
        }
    }

    void close() {
        pace.end();
        if (manager != null) {
            manager.close();
        }
    }
}
