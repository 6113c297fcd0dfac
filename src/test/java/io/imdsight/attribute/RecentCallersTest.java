package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.ConnectRecord.Ancestor;
import io.imdsight.linux.ConnectRecord.FileIdentity;
import io.imdsight.linux.ProcessStat;
import io.imdsight.model.Caller;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RecentCallersTest {
    private static final ConnectRecord.End END = new ConnectRecord.End(0, 0, 0);

    private final RecentCallers recent = new RecentCallers();

    /** What a record says; each test changes one thing. */
    private static final class Said {
        long nanos = 1_000_000_000L;
        int pid = 50;
        int user = 1000;
        long cgroup = 3;
        long mounts = 4;
        long users = 5;
        long network = 6;
        String name = "curl";
        long start = 400;
        FileIdentity file = new FileIdentity(1, 2, 3);
        String arguments = "curl\0-s\0";
        boolean whole = true;
        List<Ancestor> ancestors = List.of(ancestor(20, 200, "bash"), ancestor(1, 100, "systemd"));

        ConnectRecord record() {
            ProcessStat stat = new ProcessStat(bytes(name), 'R', 20, 0, start);
            return new ConnectRecord(
                    nanos,
                    7,
                    0,
                    END,
                    END,
                    pid,
                    user,
                    cgroup,
                    mounts,
                    users,
                    network,
                    stat,
                    file,
                    bytes(arguments),
                    whole,
                    ancestors);
        }
    }

    private static Ancestor ancestor(int pid, long start, String name) {
        return new Ancestor(pid, start, bytes(name));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ConnectRecord saying(Consumer<Said> change) {
        Said said = new Said();
        change.accept(said);
        return said.record();
    }

    private static Caller caller(int pid, String executable, List<String> arguments) {
        return new Caller(pid, executable, arguments, "curl", 1000, "me", 0, 4L, null, null, null, List.of());
    }

    private final Caller caller = caller(50, "/usr/bin/curl", List.of("curl", "-s"));

    @Test
    void whoConnectsAgainIsTheSameForSomeSeconds() {
        assertFalse(recent.has(50));
        assertNull(recent.find(saying(s -> {})));
        recent.learn(saying(s -> {}), caller);
        assertTrue(recent.has(50));
        assertSame(caller, recent.find(saying(s -> {})));
        assertSame(caller, recent.find(saying(s -> s.nanos += RecentCallers.NANOS_MAX - 1)));
        assertNull(recent.find(saying(s -> s.nanos += RecentCallers.NANOS_MAX)));
        assertNull(recent.find(saying(s -> s.nanos -= RecentCallers.NANOS_MAX)));
    }

    @Test
    void whoeverIsAnotherInAnythingIsReadAgain() {
        recent.learn(saying(s -> {}), caller);
        List<Consumer<Said>> changes = List.of(
                s -> s.pid = 50 + 32, // the same place in the table
                s -> s.user = 0,
                s -> s.cgroup = 9,
                s -> s.mounts = 9,
                s -> s.users = 9,
                s -> s.network = 9,
                s -> s.name = "wget",
                s -> s.start = 401,
                s -> s.file = new FileIdentity(9, 2, 3),
                s -> s.file = new FileIdentity(1, 9, 3),
                s -> s.file = new FileIdentity(1, 2, 9),
                s -> s.file = null,
                s -> s.arguments = "curl\0-v\0",
                s -> s.arguments = "curl\0-s\0x\0",
                s -> s.whole = false,
                s -> s.ancestors = List.of(),
                s -> s.ancestors = List.of(ancestor(20, 200, "bash")),
                s -> s.ancestors = List.of(ancestor(21, 200, "bash"), ancestor(1, 100, "systemd")),
                s -> s.ancestors = List.of(ancestor(20, 201, "bash"), ancestor(1, 100, "systemd")),
                s -> s.ancestors = List.of(ancestor(20, 200, "bash"), ancestor(1, 100, "init")));
        for (int i = 0; i < changes.size(); i++) {
            assertNull(recent.find(saying(changes.get(i))), "change " + i);
        }
        assertSame(caller, recent.find(saying(s -> {})));
    }

    @Test
    void whatIsNotWhollyKnownIsNotKept() {
        recent.learn(saying(s -> s.whole = false), caller);
        assertFalse(recent.has(50));
        recent.learn(saying(s -> s.file = null), caller);
        assertFalse(recent.has(50));
    }

    @Test
    void aCallerWithoutItsProgramOrItsArgumentsIsNotKept() {
        recent.learn(saying(s -> {}), caller(50, null, List.of("curl", "-s")));
        assertFalse(recent.has(50));
        recent.learn(saying(s -> {}), caller(50, "/usr/bin/curl", null));
        assertFalse(recent.has(50));
        Caller nobody = new Caller(
                50, "/usr/bin/curl", List.of("curl", "-s"), "curl", 1000, null, 0, 4L, null, null, null, List.of());
        recent.learn(saying(s -> {}), nobody);
        assertFalse(recent.has(50));
    }

    @Test
    void whoIsTooOldIsForgotten() {
        recent.learn(saying(s -> {}), caller);
        recent.expire(saying(s -> {}).timeNanos() + RecentCallers.NANOS_MAX - 1);
        assertTrue(recent.has(50));
        recent.expire(saying(s -> {}).timeNanos() + RecentCallers.NANOS_MAX);
        assertFalse(recent.has(50));
    }
}
