package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.publish.Host;
import io.imdsight.publish.identity.MachineIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThisHostTest {
    private static final MachineIdentity LEARNT =
            new MachineIdentity("i-0fedcba9876543210", "eu-central-1", "123456789012", null, Map.of(), "web-1");

    @TempDir
    Path root;

    private final AtomicReference<MachineIdentity> learnt = new AtomicReference<>();

    private void file(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    @Test
    void theFirmwareNamesTheInstanceAndTheKernelTheHost() throws IOException {
        file("sys/devices/virtual/dmi/id/board_asset_tag", "i-0123456789abcdef0\n");
        file("proc/sys/kernel/hostname", "web-1\n");
        assertEquals(new Host("i-0123456789abcdef0", "web-1", null, null, null), new ThisHost(root, learnt::get).get());
    }

    @Test
    void whatThePublisherLearnsIsTakenAsSoonAsItIsKnown() throws IOException {
        file("sys/devices/virtual/dmi/id/board_asset_tag", "No Asset Tag\n");
        ThisHost host = new ThisHost(root, learnt::get);
        assertEquals(new Host(null, null, null, null, null), host.get());
        learnt.set(LEARNT);
        assertEquals(new Host("i-0fedcba9876543210", null, "aws", "eu-central-1", "123456789012"), host.get());
        learnt.set(null);
        assertEquals("i-0fedcba9876543210", host.get().id(), "one machine has one id");
    }

    @Test
    void offEc2NobodyIsTakenForAnInstance() throws IOException {
        file("proc/sys/kernel/hostname", "laptop\n");
        learnt.set(new MachineIdentity(null, null, null, null, Map.of(), "laptop"));
        assertEquals(new Host(null, "laptop", null, null, null), new ThisHost(root, learnt::get).get());
    }
}
