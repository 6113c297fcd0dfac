package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interfaces that appear, go, go down and come back while calls go on: here over IPv4 where they change, over IPv6 where nothing does. */
@Timeout(300)
class InterfacesComeAndGoIT {
    private static String[] curl(String host, String path) {
        return new String[] {"curl", "-q", "-s", "-m", "10", "--noproxy", "*", "http://" + host + path};
    }

    /** Calls over ens5 until it is told to end. */
    private static final class Elsewhere {
        private final AtomicBoolean ending = new AtomicBoolean();
        private final FutureTask<List<String>> calls;

        Elsewhere(ContainerWorld world) {
            calls = new FutureTask<>(() -> {
                List<String> paths = new ArrayList<>();
                while (!ending.get()) {
                    String path = "/latest/meta-data/elsewhere/" + paths.size();
                    assertEquals(
                            0, world.start(null, curl("[fd00:ec2::254]", path)).waitFor());
                    paths.add(path);
                }
                return paths;
            });
            new Thread(calls, "elsewhere").start(); // in this thread's namespace
        }

        List<String> end() throws Exception {
            ending.set(true);
            return calls.get(30, TimeUnit.SECONDS);
        }
    }

    private static void call(ContainerWorld world, String path) throws Exception {
        assertEquals(0, world.start(null, curl("169.254.169.254", path)).waitFor());
    }

    private static void setUp(ContainerWorld world, int number) throws Exception {
        for (String command : ContainerWorld.uplinkSetUp("eth" + number, number)) {
            world.machine(command);
        }
    }

    @Test
    void aHotPluggedInterfaceIsCapturedAndNothingElsewhereIsMissedWhileItComesAndGoes() throws Exception {
        ContainerWorld.run(world -> {
            try (Watching watching = new Watching("auto")) {
                Elsewhere elsewhere = new Elsewhere(world);
                List<String> expected = new ArrayList<>();
                for (int round = 1; round <= 5; round++) {
                    world.addUplink("eth1", 1);
                    setUp(world, 1);
                    watching.awaitSaid(round, s -> s.startsWith("capturing on eth1"));
                    for (int i = 0; i < 4; i++) {
                        expected.add("/latest/meta-data/hot/" + round + "/" + i);
                        call(world, expected.getLast());
                    }
                    Thread.sleep(100);
                    world.machine("ip link del eth1");
                    watching.awaitSaid(round, s -> s.startsWith("eth1 is ") && s.endsWith("capture there has ended"));
                }
                List<String> also = elsewhere.end();
                check("hot-plugged five times", watching, expected, also);
                assertEquals(
                        5, watching.outages().size(), () -> watching.outages().toString());
                assertTrue(watching.outages().stream()
                        .allMatch(o -> o.interfaceName().equals("eth1") && o.toNanos() > o.fromNanos()));
            }
        });
    }

    @Test
    void anInterfaceThatIsRenamedGoesDownAndComesUpIsStillCaptured() throws Exception {
        ContainerWorld.run(world -> {
            world.addUplink("eth1", 1);
            setUp(world, 1);
            try (Watching watching = new Watching("auto")) {
                Elsewhere elsewhere = new Elsewhere(world);
                List<String> expected = new ArrayList<>();
                expected.add("/latest/meta-data/before");
                call(world, expected.getLast());
                world.machine("ip link set eth1 down");
                world.machine("ip link set eth1 name ens9");
                world.machine("ip link set ens9 up");
                world.machine("ip route replace 169.254.169.254/32 dev ens9 src 10.1.0.5");
                watching.awaitSaid(1, s -> s.equals("eth1 is called ens9 now") || s.startsWith("capturing on ens9"));
                Thread.sleep(1_500);
                expected.add("/latest/meta-data/renamed");
                call(world, expected.getLast());
                for (int i = 0; i < 5; i++) {
                    world.machine("ip link set ens9 down");
                    Thread.sleep(200);
                    world.machine("ip link set ens9 up");
                    world.machine("ip route replace 169.254.169.254/32 dev ens9 src 10.1.0.5");
                    Thread.sleep(1_500);
                    expected.add("/latest/meta-data/up/" + i);
                    call(world, expected.getLast());
                }
                List<String> also = elsewhere.end();
                Map<String, Sighting> seen = check("renamed, down and up", watching, expected, also);
                assertEquals(
                        "ens9",
                        seen.get("/latest/meta-data/renamed").exchange().link().name());
            }
        });
    }

    @Test
    void aNamedInterfaceThatGoesAndComesBackIsCapturedAgain() throws Exception {
        ContainerWorld.run(world -> {
            try (Watching watching = new Watching("eth1")) {
                assertTrue(
                        watching.sentences().getFirst().contains("waiting: there is no interface eth1 yet"),
                        () -> watching.sentences().toString());
                List<String> expected = new ArrayList<>();
                for (int round = 1; round <= 3; round++) {
                    world.addUplink("eth1", 1);
                    setUp(world, 1);
                    watching.awaitSaid(round, s -> s.startsWith("capturing on eth1"));
                    expected.add("/latest/meta-data/named/" + round);
                    call(world, expected.getLast());
                    Thread.sleep(100);
                    world.machine("ip link del eth1");
                    watching.awaitSaid(round, s -> s.startsWith("nothing is captured now: there is no interface eth1"));
                }
                check("named interface", watching, expected, List.of());
            }
        });
    }

    /** The first second of boot: the agent is there before the network. */
    @Test
    void withoutAnyInterfaceTheAgentWaitsAndSaysSo() throws Exception {
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        FutureTask<Void> task = new FutureTask<>(() -> {
            NetworkNamespace.enterFresh();
            try (Watching watching = new Watching("auto")) {
                assertEquals(
                        "waiting: no interface leads to [169.254.169.254, fd00:ec2::254] yet; capture begins as soon as that changes",
                        watching.sentences().getFirst());
                ContainerWorld.inThisNamespace(
                        host, "ip link set lo up; ip address add 169.254.169.254/32 dev lo; sleep 0.1");
                watching.awaitSaid(1, s -> s.startsWith("capturing on lo"));
                assertEquals(Map.of(), watching.finish());
            }
            return null;
        });
        new Thread(task, "bare").start();
        task.get(60, TimeUnit.SECONDS);
    }

    @Test
    void whoeverRunsOnceIsToldAtOnceThatNothingLeadsToTheService() throws Exception {
        FutureTask<Failure> task = new FutureTask<>(() -> {
            NetworkNamespace.enterFresh();
            try {
                LivePipeline.open(Endpoints.EC2, "auto", null);
                return null;
            } catch (Failure e) {
                return e;
            }
        });
        new Thread(task, "bare").start();
        Failure failure = task.get(60, TimeUnit.SECONDS);
        assertEquals(ExitStatus.UNAVAILABLE, failure.status());
        assertTrue(failure.getMessage().contains("no route leads to"), failure.getMessage());
    }

    private static Map<String, Sighting> check(
            String what, Watching watching, List<String> expected, List<String> elsewhere) throws Exception {
        Map<String, Sighting> seen = watching.finish();
        List<String> missed = new ArrayList<>(expected);
        missed.removeAll(seen.keySet());
        List<String> missedElsewhere = new ArrayList<>(elsewhere);
        missedElsewhere.removeAll(seen.keySet());
        System.out.printf(
                "%s: %d calls there, missed %d; %d calls elsewhere, missed %d; not captured for %d ms in all%n",
                what,
                expected.size(),
                missed.size(),
                elsewhere.size(),
                missedElsewhere.size(),
                watching.outages().stream()
                                .mapToLong(o -> o.toNanos() - o.fromNanos())
                                .sum()
                        / 1_000_000);
        assertEquals(List.of(), missed, () -> watching.sentences().toString());
        assertEquals(List.of(), missedElsewhere, () -> watching.sentences().toString());
        assertEquals(expected.size() + elsewhere.size(), seen.size());
        return seen;
    }
}
