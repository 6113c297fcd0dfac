package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.NetworkNamespace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Namespaces come and go by the hundred; nothing of them stays, neither with us nor, through us, with the kernel. */
@Timeout(1800)
class NamespaceLeaksIT {
    /** The figure is 500. */
    private static final int NAMESPACES = Integer.getInteger("imdsight.namespaces", 40);

    private static final int AT_A_TIME = 4;

    @Test
    void namespacesMadeAndDestroyedLeaveNoDescriptorThreadOrByteBehind() throws Exception {
        ContainerWorld.run(world -> {
            try (Watching watching = new Watching("auto")) {
                round(world, watching, 0);
                Thread.sleep(1_000);
                List<String> filesBefore = files();
                int threadsBefore = threads();
                Set<String> namespacesBefore = namespacesOfOurThreads();
                long heapBefore = heapBytes();
                for (int done = AT_A_TIME; done < NAMESPACES; done += AT_A_TIME) {
                    round(world, watching, done);
                }
                Thread.sleep(1_000);
                List<String> filesAfter = files();
                long heapAfter = heapBytes();
                System.out.printf(
                        "%d namespaces: descriptors %d, then %d; threads %d, then %d; heap %d KiB, then %d KiB%n",
                        NAMESPACES,
                        filesBefore.size(),
                        filesAfter.size(),
                        threadsBefore,
                        threads(),
                        heapBefore / 1024,
                        heapAfter / 1024);
                assertEquals(kinds(filesBefore), kinds(filesAfter));
                assertTrue(
                        threads() <= threadsBefore + 2,
                        () -> threadsBefore + " threads, then " + Thread.getAllStackTraces());
                assertTrue(
                        heapAfter - heapBefore < 4 * 1024 * 1024,
                        heapBefore + " bytes, then " + heapAfter + "\n" + histogram());
                assertEquals(namespacesBefore, namespacesOfOurThreads());
                for (int i = 0; i < 200 && world.service("ip -o link").contains("imds1"); i++) {
                    Thread.sleep(50);
                }
                assertEquals(
                        0,
                        world.service("ip -o link")
                                .lines()
                                .filter(l -> l.contains("imds1"))
                                .count(),
                        "namespaces that the kernel still has");
            }
        });
    }

    /** Makes some namespaces with an interface of their own, waits until all are captured, destroys them, waits until none is. */
    private static void round(ContainerWorld world, Watching watching, int done) throws Exception {
        List<ContainerWorld.Space> spaces = new ArrayList<>();
        for (int i = 1; i <= AT_A_TIME; i++) {
            ContainerWorld.Space space = world.space();
            String name = "eth" + (100 + i);
            String far = "imds1" + (done + i);
            world.addTask(space, name, far, 100 + i);
            spaces.add(space);
        }
        watching.awaitSaid(done + AT_A_TIME, s -> s.startsWith("capturing in network namespace"));
        spaces.forEach(ContainerWorld.Space::close);
        watching.awaitSaid(done + AT_A_TIME, s -> s.startsWith("network namespace") && s.contains(" is gone"));
    }

    private static int threads() {
        return Thread.getAllStackTraces().size();
    }

    private static long heapBytes() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What the heap holds most of. */
    private static String histogram() {
        try {
            ObjectName command = new ObjectName("com.sun.management:type=DiagnosticCommand");
            String all = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(command, "gcClassHistogram", new Object[] {new String[0]}, new String[] {
                        String[].class.getName()
                    });
            return all.lines().limit(25).collect(Collectors.joining("\n"));
        } catch (JMException e) {
            return e.toString();
        }
    }

    /** Where our descriptors lead. */
    private static List<String> files() throws IOException {
        List<String> out = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path p : all.toList()) {
                try {
                    out.add(Files.readSymbolicLink(p).toString());
                } catch (IOException e) {
                    out.add("/gone"); // that of the listing itself
                }
            }
        }
        return out;
    }

    private static Map<String, Integer> kinds(List<String> files) {
        Map<String, Integer> out = new TreeMap<>();
        for (String f : files) {
            String kind = f.replaceAll("[0-9]+", "N");
            if (!kind.startsWith("/") && !kind.startsWith("pipe")) {
                out.merge(kind, 1, Integer::sum);
            }
        }
        return out;
    }

    /** The namespaces that threads of ours are in, the process's own aside. */
    private static Set<String> namespacesOfOurThreads() throws IOException {
        long process = NetworkNamespace.inode(Path.of("/proc/self/ns/net"));
        Map<Long, Set<String>> out = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path t : tasks.toList()) {
                try {
                    long inode = NetworkNamespace.inode(t.resolve("ns/net"));
                    String name = Files.readString(t.resolve("comm")).strip();
                    out.computeIfAbsent(inode, n -> new TreeSet<>()).add(name);
                } catch (IOException e) {
                    out.remove(0L); // it has ended
                }
            }
        }
        out.remove(process);
        System.out.println("threads in namespaces: " + out);
        return out.keySet().stream().map(Object::toString).collect(Collectors.toSet());
    }
}
