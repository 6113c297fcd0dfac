package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Runs a test's work in a private network: on a thread of its own, in a fresh namespace. */
public final class InPrivateNetwork {
    private InPrivateNetwork() {}

    /** Work that looks after the service itself. */
    public interface Work {
        void run(PrivateNetwork network) throws Exception;
    }

    /** Work with the service up. */
    public interface ServedWork {
        void run(PrivateNetwork network, StandInService service) throws Exception;
    }

    public static void run(int secondsMax, Work work) throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root for network namespaces");
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        FutureTask<Void> task = new FutureTask<>(() -> {
            NetworkNamespace.enterFresh();
            try (PrivateNetwork network = PrivateNetwork.open(host)) {
                network.machineGuard().check();
                work.run(network);
            }
            return null;
        });
        new Thread(task, "in-private-network").start();
        task.get(secondsMax, TimeUnit.SECONDS);
    }

    /** The same beside the service, which must turn nobody away. */
    public static void runServed(int secondsMax, ServedWork work) throws Exception {
        run(secondsMax, network -> {
            try (StandInService service = StandInService.start(network, StandInOptions.OPTIONAL)) {
                work.run(network, service);
                assertEquals(0, service.turnedAway());
            }
        });
    }
}
