package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecords;
import io.imdsight.linux.KernelException;
import io.imdsight.linux.SampleStream;
import io.imdsight.linux.StateStream;
import io.imdsight.linux.Tracefs;
import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointStream;
import io.imdsight.model.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the kernel's word on connects comes from: perf events of the tracepoint where they are granted, otherwise programs of ours at the same place.
 *
 * @param stream the records
 * @param layout how to read them
 * @param detour why perf events are not used, as a sentence without a full stop; null where they are
 */
record StateSource(SampleStream stream, SocketState.Layout layout, String detour) implements Closeable {
    private static final String SYN_SENT = "newstate == " + SocketState.SYN_SENT;
    private static final String LATER =
            "newstate == " + SocketState.ESTABLISHED + " || newstate == " + SocketState.CLOSE;

    /**
     * Opens one.
     *
     * @param copies what copies callers meanwhile
     * @throws IOException where the kernel refuses both; its cause is the refusal of perf events
     * @throws IllegalArgumentException where the kernel's tracepoint is another
     */
    static StateSource open(AttributorOptions options, ConnectCopies copies) throws IOException {
        if (!options.perf()) {
            return program(options, copies, "perf events are switched off");
        }
        try {
            return perf(options);
        } catch (KernelException e) {
            if (!e.isPermission()) {
                throw e;
            }
            return insteadOf(options, copies, e);
        }
    }

    private static StateSource insteadOf(AttributorOptions options, ConnectCopies copies, KernelException refusal)
            throws IOException {
        try {
            return program(options, copies, "perf events are refused: " + refusal.getMessage());
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    refusal.getMessage() + "; and no BPF program can be had instead: " + e.getMessage(), refusal);
        }
    }

    private static StateSource perf(AttributorOptions options) throws IOException {
        TracepointFormat format;
        try (Tracefs tracefs = Tracefs.open(options.sysRoot())) {
            format = tracefs.tracepoint(SocketState.TRACEPOINT);
        }
        SocketState.Layout layout = SocketState.Layout.of(format);
        // Only the connect wakes the thread: the rest can wait until somebody asks.
        List<TracepointStream.Source> sources = List.of(
                new TracepointStream.Source(format.id(), SocketState.filter(options.endpoints(), SYN_SENT), true),
                new TracepointStream.Source(format.id(), SocketState.filter(options.endpoints(), LATER), false));
        return new StateSource(TracepointStream.open(options.sysRoot(), options.clock(), sources), layout, null);
    }

    private static StateSource program(AttributorOptions options, ConnectCopies copies, String why) throws IOException {
        StateStream stream = StateStream.open(
                options.procRoot(),
                options.sysRoot(),
                options.clock(),
                peers(options),
                options.endpoints().port(),
                copies.records());
        return new StateSource(
                stream, SocketState.Layout.of(StateStream.format()), "its records come from BPF programs, for " + why);
    }

    @Override
    public void close() {
        stream.close();
    }

    /** The endpoints, as our programs want them. */
    static List<ConnectRecords.Peer> peers(AttributorOptions options) {
        List<ConnectRecords.Peer> out = new ArrayList<>();
        for (IpAddress a : options.endpoints().addresses()) {
            out.add(new ConnectRecords.Peer(a.high(), a.low()));
        }
        return out;
    }

    /** What is missing where {@link #open} failed: the end of a sentence. */
    static String remedy(Exception e) {
        boolean refused = e instanceof KernelException k && k.isPermission() || e.getCause() instanceof KernelException;
        return refused
                ? "needs CAP_PERFMON, with CAP_BPF from kernel 5.8 on, otherwise with CAP_DAC_READ_SEARCH, and CAP_SYS_ADMIN where"
                        + " tracefs is not mounted, or where kernel.perf_event_paranoid is above 2 on Debian and Ubuntu"
                : "needs kernel 4.16 with CONFIG_PERF_EVENTS and CONFIG_EVENT_TRACING";
    }
}
