package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Sighting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients in network namespaces of their own: behind bridge and masquerade, and with an interface of their own to the service. */
@Timeout(900)
class ContainersIT {
    /** The figure is 1000. */
    private static final int CLIENTS = Integer.getInteger("imdsight.containers", 150);

    private static final int AT_A_TIME = 10;

    /**
     * A client that was started.
     *
     * @param source where it calls from, as it knows it itself
     */
    private record Client(long pid, List<String> arguments, String source) {}

    private static List<String> curl(String path) {
        return List.of("curl", "-q", "-s", "-m", "10", "--noproxy", "*", "http://169.254.169.254" + path);
    }

    private static Map<String, Client> call(
            ContainerWorld world, List<ContainerWorld.Space> from, List<String> sources, int count, String name)
            throws IOException, InterruptedException {
        Map<String, Client> out = new HashMap<>();
        for (int i = 0; i < count; i += AT_A_TIME) {
            List<Process> running = new ArrayList<>();
            for (int k = i; k < Math.min(i + AT_A_TIME, count); k++) {
                String path = "/latest/meta-data/" + name + "/" + k;
                Process p = world.start(from.get(k % from.size()), curl(path).toArray(String[]::new));
                out.put(path, new Client(p.pid(), curl(path), sources.get(k % sources.size())));
                running.add(p);
            }
            for (Process p : running) {
                assertEquals(0, p.waitFor());
            }
        }
        return out;
    }

    /** All of them, once each, by the process inside, with the address inside. */
    private static void check(String what, Map<String, Client> expected, Map<String, Sighting> seen) {
        List<String> wrong = new ArrayList<>();
        expected.forEach((path, client) -> {
            Sighting s = seen.get(path);
            if (s == null || s.caller() == null) {
                wrong.add(path + ": "
                        + (s == null
                                ? "not seen"
                                : s.evidence() + " " + s.exchange().connection()));
                return;
            }
            boolean right = s.caller().pid() == client.pid()
                    && (s.caller().arguments() == null
                            || client.arguments().equals(s.caller().arguments()))
                    && s.exchange().connection().originator().toString().equals(client.source());
            if (!right) {
                wrong.add(path + ": " + s);
            }
        });
        long lines = seen.values().stream()
                .filter(s -> s.caller() != null && s.caller().arguments() != null)
                .count();
        System.out.printf(
                "%s: %d clients, right %d, with command line %d, seen %d%n",
                what, expected.size(), expected.size() - wrong.size(), lines, seen.size());
        assertEquals(List.of(), wrong);
        assertEquals(expected.keySet(), seen.keySet());
    }

    private static void masquerade(String interfaces) throws Exception {
        ContainerWorld.run(world -> {
            world.bridgeBehindMasquerade();
            List<ContainerWorld.Space> three = List.of(world.container(1), world.container(2), world.container(3));
            try (Watching watching = new Watching(interfaces)) {
                List<String> sources = List.of("172.17.0.11", "172.17.0.12", "172.17.0.13");
                Map<String, Client> clients = call(world, three, sources, CLIENTS, "masquerade");
                for (ContainerWorld.Space s : three) {
                    assertTrue(interfaces.equals("ens5")
                            || watching.pipeline().state().coversNamespace(s.inode));
                }
                check("masquerade, capture on " + interfaces, clients, watching.finish());
                assertFalse(
                        watching.sentences().stream().anyMatch(s -> s.contains("in network namespace")),
                        () -> "a namespace behind the bridge needs no capture: " + watching.sentences());
            }
        });
    }

    @Test
    void clientsBehindMasqueradeAreNamedThoughOnlyTheUplinkIsCaptured() throws Exception {
        masquerade("auto");
    }

    @Test
    void clientsBehindMasqueradeAreCountedOnceThoughVethBridgeAndUplinkAreCaptured() throws Exception {
        masquerade("any");
    }

    @Test
    void clientsBehindMasqueradeAreNamedWhereTheUplinkIsChosen() throws Exception {
        masquerade("ens5");
    }

    @Test
    void aMacvlanIsCapturedInsideAndItsCallsAreCountedOnceThoughItsParentIsCapturedToo() throws Exception {
        ContainerWorld.run(world -> {
            ContainerWorld.Space space = world.space();
            try (Watching watching = new Watching("auto")) {
                world.machine("ip link add mv0 link ens5 type macvlan mode bridge");
                world.machine("ip link set mv0 netns " + space.pid());
                world.in(space, "ip address add 10.0.0.20/24 dev mv0");
                world.in(space, "ip link set mv0 up");
                world.in(space, "ip route add 169.254.169.254/32 dev mv0");
                watching.awaitSaid(1, s -> s.startsWith("capturing in network namespace " + space.inode));
                assertTrue(watching.pipeline().state().coversNamespace(space.inode));
                Map<String, Client> clients = call(world, List.of(space), List.of("10.0.0.20"), 60, "macvlan");
                check("macvlan", clients, watching.finish());
            }
        });
    }

    @Test
    void anInterfaceMovedIntoANamespaceIsCapturedThereUntilTheNamespaceGoes() throws Exception {
        ContainerWorld.run(world -> {
            ContainerWorld.Space space = world.space();
            try (Watching watching = new Watching("auto")) {
                world.addUplink("eth1", 1);
                world.machine("ip link set eth1 netns " + space.pid());
                for (String command : ContainerWorld.uplinkSetUp("eth1", 1)) {
                    world.in(space, command);
                }
                watching.awaitSaid(1, s -> s.startsWith("capturing in network namespace " + space.inode));
                Map<String, Client> clients = call(world, List.of(space), List.of("10.1.0.5"), 60, "moved");
                space.close();
                watching.awaitSaid(
                        1, s -> s.equals("network namespace " + space.inode + " is gone; capture there has ended"));
                assertFalse(watching.pipeline().state().coversNamespace(space.inode));
                for (int i = 0; i < 100 && world.service("ip -o link").contains("imds1"); i++) {
                    Thread.sleep(50); // the kernel takes a namespace down in its own time
                }
                assertFalse(world.service("ip -o link").contains("imds1"), "the namespace is still there");
                check("interface moved into a namespace", clients, watching.finish());
            }
        });
    }

    /** Nothing tells of a namespace made elsewhere, until a process in it connects. */
    @Test
    void aNamespaceThatNothingToldOfIsCapturedOnceAProcessInItConnects() throws Exception {
        ContainerWorld.run(world -> {
            ContainerWorld.Space space = world.space();
            world.addUplink("eth1", 1);
            world.machine("ip link set eth1 netns " + space.pid());
            try (Watching watching = new Watching("auto")) {
                Thread.sleep(3_000); // it is known, leads nowhere, and is looked at less and less often
                for (String command : ContainerWorld.uplinkSetUp("eth1", 1)) {
                    world.in(space, command);
                }
                call(world, List.of(space), List.of("10.1.0.5"), 1, "first");
                watching.awaitSaid(1, s -> s.startsWith("capturing in network namespace " + space.inode));
                Map<String, Client> clients = call(world, List.of(space), List.of("10.1.0.5"), 20, "late");
                Map<String, Sighting> seen = watching.finish();
                seen.remove("/latest/meta-data/first/0"); // it may have been too early
                check("namespace found by a connect", clients, seen);
            }
        });
    }
}
