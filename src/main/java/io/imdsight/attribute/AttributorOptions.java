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
 * @param perf whether the probe may use perf events; without them programs of ours make its records
 * @param bpf whether a program of ours may copy who connects and sends
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
        boolean perf,
        boolean bpf,
        boolean socketTable) {
    /** {@code -Dimdsight.probe=program}, as through IMDSIGHT_JAVA_OPTIONS: no perf events, as on machines that refuse them. For tests. */
    private static final boolean PERF = !"program".equals(System.getProperty("imdsight.probe"));

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
                PERF,
                true,
                true);
    }

    /** The same, without the connect probe. */
    AttributorOptions withoutProbe() {
        return new AttributorOptions(endpoints, drops, procRoot, sysRoot, passwd, clock, false, perf, bpf, socketTable);
    }

    /** The same, without perf events. */
    AttributorOptions withoutPerf() {
        return new AttributorOptions(
                endpoints, drops, procRoot, sysRoot, passwd, clock, probe, false, bpf, socketTable);
    }

    /** The same, without the kernel's copy of who connects and sends. */
    AttributorOptions withoutBpf() {
        return new AttributorOptions(
                endpoints, drops, procRoot, sysRoot, passwd, clock, probe, perf, false, socketTable);
    }

    /** The same, without the socket table. */
    AttributorOptions withoutSocketTable() {
        return new AttributorOptions(endpoints, drops, procRoot, sysRoot, passwd, clock, probe, perf, bpf, false);
    }
}
