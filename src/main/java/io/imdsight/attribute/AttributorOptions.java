package io.imdsight.attribute;

import io.imdsight.linux.KernelClock;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.nio.file.Path;

/**
 * What an {@link Attributor} needs.
 *
 * @param endpoints whose connections are attributed
 * @param drops where losses are counted
 * @param procRoot /proc
 * @param sysRoot /sys
 * @param passwd /etc/passwd
 * @param clock the kernel's clocks
 * @param probe whether the connect probe may be used
 * @param bpf whether a program of ours may run within the connect
 * @param socketTable whether the socket table may be used
 */
public record AttributorOptions(
        Endpoints endpoints,
        Drops drops,
        Path procRoot,
        Path sysRoot,
        Path passwd,
        KernelClock clock,
        boolean probe,
        boolean bpf,
        boolean socketTable) {
    /** The machine's own files and clocks, and every way. */
    public static AttributorOptions of(Endpoints endpoints, Drops drops) {
        return new AttributorOptions(
                endpoints,
                drops,
                Path.of("/proc"),
                Path.of("/sys"),
                Path.of("/etc/passwd"),
                KernelClock.system(),
                true,
                true,
                true);
    }

    /** The same, without the connect probe. */
    AttributorOptions withoutProbe() {
        return new AttributorOptions(endpoints, drops, procRoot, sysRoot, passwd, clock, false, bpf, socketTable);
    }

    /** The same, without a program of ours in the kernel. */
    AttributorOptions withoutBpf() {
        return new AttributorOptions(endpoints, drops, procRoot, sysRoot, passwd, clock, probe, false, socketTable);
    }

    /** The same, without the socket table. */
    AttributorOptions withoutSocketTable() {
        return new AttributorOptions(endpoints, drops, procRoot, sysRoot, passwd, clock, probe, bpf, false);
    }
}
