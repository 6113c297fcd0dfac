package io.imdsight.evidence;

import io.imdsight.demo.PrivateNetwork;
import io.imdsight.demo.StandInOptions;
import io.imdsight.demo.StandInService;
import io.imdsight.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Runs cells in a private network beside a stand-in service. */
@SuppressWarnings("try") // what runs beside the load is only there to end with it
final class Measurement {
    /** What starts with a process is not what is measured. */
    private static final long SETTLE_MILLIS = 500;

    /** Five seconds without news: it has dealt with all that it will deal with. The naive way may need more than one for a call. */
    private static final int QUIET_LOOKS = 50;

    private static final long LOOK_MILLIS = 100;

    /** The naive way needs up to some 400 ms a call; what it has not dealt with by then, it has not seen. */
    private static final long WORK_SECONDS_MAX = 300;

    private final Tools tools;
    private final Path directory;
    private final PrivateNetwork network;

    private Measurement(Tools tools, Path directory, PrivateNetwork network) {
        this.tools = tools;
        this.directory = directory;
        this.network = network;
    }

    /** What is done inside the network. */
    interface Work<T> {
        T run(Measurement measurement) throws Exception;
    }

    /** Makes the network, in a namespace of a thread's own, and takes it away. */
    static <T> T inPrivateNetwork(Tools tools, Path directory, long secondsMax, Work<T> work) throws Exception {
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        Callable<T> inside = () -> {
            NetworkNamespace.enterFresh();
            try (PrivateNetwork network = PrivateNetwork.open(host);
                    StandInService service = StandInService.start(network, StandInOptions.OPTIONAL)) {
                T result = work.run(new Measurement(tools, directory, network));
                if (service.turnedAway() > 0) {
                    throw new IOException("the service turned clients away: " + service.turnedAway());
                }
                return result;
            }
        };
        FutureTask<T> task = new FutureTask<>(inside);
        Thread thread = new Thread(task, "evidence");
        thread.start();
        try {
            return task.get(secondsMax, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            thread.interrupt();
        }
    }

    /** The agent in one cell. */
    Score agent(Cell cell) throws Exception {
        try (Herd idle = herd(cell);
                AgentProcess agent = startAgent()) {
            return run(cell, "imdsight", agent);
        }
    }

    /** The agent in one cell, which begins as soon as it captures. */
    Score agentAtOnce(Cell cell) throws Exception {
        try (AgentProcess agent = startAgent()) {
            return call(cell, "imdsight", agent);
        }
    }

    /** The naive way in one cell. */
    Score naive(Cell cell) throws Exception {
        try (Herd idle = herd(cell);
                NaiveProcess naive = NaiveProcess.start(tools)) {
            return run(cell, "naive", naive);
        }
    }

    /** The idle processes of a cell. */
    Herd herd(Cell cell) throws IOException {
        return Herd.idle(tools, cell.idle(), cell.files());
    }

    AgentProcess startAgent() throws IOException, InterruptedException {
        network.machineGuard().check();
        return AgentProcess.start(directory, PrivateNetwork.MACHINE_INTERFACE);
    }

    Truth call(Cell cell) throws IOException, InterruptedException {
        return Truth.run(tools, cell, network);
    }

    Score run(Cell cell, String name, Subject subject) throws Exception {
        Thread.sleep(SETTLE_MILLIS);
        return call(cell, name, subject);
    }

    private Score call(Cell cell, String name, Subject subject) throws Exception {
        Truth truth;
        long cpuBefore = Subject.cpuMicros(subject.pid());
        try (Herd stalling = Herd.stalling(tools, subject.pid(), cell.stall())) {
            truth = call(cell);
        }
        awaitQuiet(subject, cell.clients());
        long cpuMicros = Subject.cpuMicros(subject.pid()) - cpuBefore;
        return Score.of(cell, name, truth, subject.end(truth), cpuMicros, subject);
    }

    static void awaitQuiet(Subject subject, int clients) throws IOException, InterruptedException {
        int before = -1;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WORK_SECONDS_MAX);
        for (int quiet = 0; quiet < QUIET_LOOKS && System.nanoTime() - until < 0; ) {
            int now = subject.dealtWith();
            if (now >= clients) {
                return;
            }
            quiet = now == before ? quiet + 1 : 0;
            before = now;
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
