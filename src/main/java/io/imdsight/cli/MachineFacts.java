package io.imdsight.cli;

import io.imdsight.model.Escaped;
import io.imdsight.report.AuditReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What this machine's own files say about it; nothing is asked of the network. */
final class MachineFacts {
    private static final Pattern INSTANCE = Pattern.compile("i-[0-9a-f]{8,32}");
    private static final Pattern BOOT = Pattern.compile("(?m)^btime ([0-9]{1,18})$");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The largest of these files, /proc/stat, has some 100 lines. */
    private static final int FILE_BYTES_MAX = 256 * 1024;

    private final Path root;

    MachineFacts(Path root) {
        this.root = root;
    }

    /** Who we are and where; the instance's id as the firmware of a Nitro instance, or cloud-init, has it. */
    AuditReport.Machine machine() {
        String id = instanceId("sys/devices/virtual/dmi/id/board_asset_tag");
        if (id == null) {
            id = instanceId("var/lib/cloud/data/instance-id");
        }
        String name = read("proc/sys/kernel/hostname");
        return new AuditReport.Machine(
                id,
                name == null || name.isBlank() ? null : Escaped.of(name.strip()),
                new Imdsight.BuildVersion().getVersion()[0]);
    }

    /** When this machine started, nanoseconds since 1970; 0 where not known. */
    long bootNanos() {
        String stat = read("proc/stat");
        Matcher m = BOOT.matcher(stat == null ? "" : stat);
        return m.find() ? Long.parseLong(m.group(1)) * NANOS_PER_SECOND : 0;
    }

    private String instanceId(String file) {
        String text = read(file);
        return text != null && INSTANCE.matcher(text.strip()).matches() ? text.strip() : null;
    }

    private String read(String file) {
        try (InputStream in = Files.newInputStream(root.resolve(file))) {
            return new String(in.readNBytes(FILE_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return null;
        }
    }
}
