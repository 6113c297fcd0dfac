package io.imdsight.capture;

import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Link;
import io.imdsight.model.LinkUse;
import io.imdsight.model.SegmentSink;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.packet.namednumber.DataLinkType;

/**
 * Packets from one interface, or from all of them. Open it, then {@link #run} it on a thread of its own in the same network namespace; {@link #close}
 * it from any thread.
 *
 * <p>The sink is called under its own monitor, so several captures may share one sink: it is never called by two threads at a time.
 *
 * <p>Threads: the caller's, inside libpcap until the capture ends, and a {@link CaptureClock}. One thread cannot do both: libpcap
 * comes back from its loop for a packet only, whatever time-out it was given (pcap_wait_for_frames_mmap in pcap-linux.c).
 */
public final class LiveCapture implements AutoCloseable {
    /** The name of the pseudo interface that stands for all of them. */
    public static final String ANY = "any";

    /** How long {@link #close} waits for the capture's thread; it ends in milliseconds unless the sink holds it. */
    private static final long CLOSE_MILLIS_MAX = 5_000;

    /** How long an interface's name is believed: udev renames them. */
    private static final long LINK_NAMES_NANOS = 60_000_000_000L;

    /**
     * In immediate mode each packet wakes libpcap, and so does breakloop from 1.10 on; this is how often it wakes without either (poll_timeout in
     * pcap-linux.c). At a millisecond a capture of nothing took 670 ms of CPU a minute.
     */
    private static final int IMMEDIATE_WAIT_MILLIS = 500;

    private volatile String interfaceName;
    private final PcapHandle handle;
    private final SegmentSink sink;
    private final PacketDecoder decoder;
    private final CaptureClock clock;
    private final PacketRate rate = new PacketRate();
    private final RingDrain drain;
    private final String filterState;
    private volatile Link link;
    private final int linkType;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile Thread runner;
    private volatile Throwable sinkFailure;
    private long linksForgottenNanos;

    private LiveCapture(
            String interfaceName,
            PcapHandle handle,
            String filterState,
            Endpoints endpoints,
            SegmentSink sink,
            Drops drops,
            int delayMillis) {
        this.interfaceName = interfaceName;
        this.handle = handle;
        this.filterState = filterState;
        this.sink = sink;
        this.drain = new RingDrain(handle, drops, delayMillis);
        this.decoder = new PacketDecoder(endpoints, sink, drops, LiveCapture::nameOf);
        this.clock = new CaptureClock(interfaceName, sink, new PcapStatistics(handle, drops), this::fail);
        this.linkType = handle.getDlt().value();
        this.link = ANY.equals(interfaceName) ? Link.UNKNOWN : new Link(interfaceName, indexOf(interfaceName));
    }

    /**
     * Opens an interface of the calling thread's network namespace, not promiscuous, with the kernel filter set.
     *
     * @param interfaceName a name, or {@link #ANY}
     * @throws CaptureException where that cannot be done here; the message says what is missing
     */
    public static LiveCapture open(
            String interfaceName, Endpoints endpoints, SegmentSink sink, Drops drops, LiveOptions options)
            throws CaptureException {
        KernelFilter filter = new KernelFilter(endpoints, options.snapBytes());
        PcapHandle handle = null;
        try {
            handle = new PcapHandle.Builder(interfaceName)
                    .snaplen(options.snapBytes())
                    .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                    .timeoutMillis(options.delayMillis() > 0 ? options.delayMillis() : IMMEDIATE_WAIT_MILLIS)
                    .immediateMode(options.delayMillis() == 0)
                    .bufferSize(options.bufferBytes())
                    .timestampPrecision(PcapHandle.TimestampPrecision.NANO)
                    .build();
            if (ANY.equals(interfaceName)) {
                nameInterfaces(handle);
            }
            handle.setFilter(filter.expression(), BpfCompileMode.OPTIMIZE);
            String state = cutAnswers(options.socketFilter(), filter);
            return new LiveCapture(interfaceName, handle, state, endpoints, sink, drops, options.delayMillis());
        } catch (LinkageError | PcapNativeException | NotOpenException e) {
            if (handle != null) {
                handle.close();
            }
            throw CaptureFailures.opening(interfaceName, e);
        }
    }

    /** Version 2 of the cooked header has the interface's index. libpcap before 1.10 lacks it; interfaces then have no names. */
    private static void nameInterfaces(PcapHandle handle) throws NotOpenException {
        try {
            handle.setDlt(DataLinkType.getInstance(PacketDecoder.LINK_COOKED_V2));
        } catch (PcapNativeException e) {
            return;
        }
    }

    private static String cutAnswers(SocketFilter socketFilter, KernelFilter filter) {
        if (socketFilter == null) {
            return "answers copied whole";
        }
        try {
            socketFilter.attach(filter.program());
            return "answers cut to " + KernelFilter.ANSWER_BYTES + " bytes in the kernel";
        } catch (IOException | RuntimeException | LinkageError e) {
            return "answers copied whole (" + e.getMessage() + ")";
        }
    }

    /** One line on what is captured and how, for {@code doctor} and the log. */
    public String description() {
        return interfaceName + ", link type " + linkType + ", " + filterState;
    }

    /** The interface's number is known, or it has another name from now on; the capture itself holds on to what it was opened on. */
    public void on(Link newLink) {
        interfaceName = newLink.name();
        link = newLink;
    }

    /** How many packets the kernel's filter let through so far, drops included. */
    long packetsReceived() {
        return clock.statistics().received();
    }

    /**
     * Counts each packet that is read in a sum of several captures as well, which does not fall when one of them is closed. To be called before {@link #run}.
     */
    public void countInto(LongAdder sum) {
        clock.countInto(sum);
    }

    /** What went to the service and came from it so far. */
    public LinkUse use() {
        return new LinkUse(interfaceName, rate.packets(), rate.peak(), rate.peakNanos());
    }

    /**
     * When the capture last made progress, on the clock of {@link System#nanoTime}: it read packets, or there were none. Renewed every five
     * seconds at the least while all is well.
     */
    public long progressNanos() {
        return clock.progressNanos();
    }

    /**
     * Captures until {@link #close}; blocks. Call it once. Returns at once where the capture is closed already.
     *
     * @throws CaptureException where the capture ends by itself: the interface went, or libpcap failed
     */
    public void run() throws CaptureException {
        if (!started.compareAndSet(false, true)) {
            if (closing) {
                return;
            }
            throw new IllegalStateException("a capture runs once");
        }
        runner = Thread.currentThread();
        clock.start();
        try {
            if (!closing) {
                handle.loop(-1, this::packet);
            }
        } catch (InterruptedException e) {
            // pcap4j's word for breakLoop, not an interrupt
        } catch (NotOpenException | PcapNativeException e) {
            if (!closing) {
                throw CaptureFailures.running(interfaceName, e);
            }
        } finally {
            if (sinkFailure == null) { // also of an interface that went: the ring outlives it
                drain.run(this::packet, () -> sinkFailure != null);
            }
            clock.close();
            handle.close();
            ended.countDown();
        }
        if (sinkFailure != null) {
            throw new IllegalStateException("the receiver of packets failed", sinkFailure);
        }
    }

    /**
     * Ends the capture and waits until no more segments come. What the kernel's ring holds by now is still handed on, within half a second. May
     * be called again.
     */
    @Override
    public void close() {
        closing = true;
        if (started.compareAndSet(false, true)) { // its thread has not come to run it yet
            drain.run(this::packet, () -> sinkFailure != null);
            clock.statistics().read();
            handle.close();
            return;
        }
        breakLoop();
        if (Thread.currentThread() == runner) {
            return;
        }
        try {
            ended.await(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called inside libpcap: nothing may be thrown out of here. */
    private void packet(byte[] packet) {
        try {
            java.sql.Timestamp time = handle.getTimestamp();
            Integer wireBytes = handle.getOriginalLength();
            // getTime has the milliseconds in it, getNanos too
            long nanos = Math.floorDiv(time.getTime(), 1000L) * 1_000_000_000L + time.getNanos();
            clock.packet();
            rate.packet(nanos);
            synchronized (sink) {
                if (nanos - linksForgottenNanos > LINK_NAMES_NANOS) {
                    decoder.forgetLinks();
                    linksForgottenNanos = nanos;
                }
                decoder.packet(linkType, nanos, link, packet, 0, packet.length, wireBytes);
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        sinkFailure = e;
        breakLoop();
    }

    private void breakLoop() {
        try {
            handle.breakLoop();
        } catch (NotOpenException e) {
            return; // ended already
        }
    }

    private static String nameOf(int index) {
        try {
            NetworkInterface found = NetworkInterface.getByIndex(index);
            return found == null ? null : found.getName();
        } catch (SocketException | IllegalArgumentException e) {
            return null;
        }
    }

    private static int indexOf(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null ? 0 : Math.max(0, found.getIndex());
        } catch (SocketException e) {
            return 0;
        }
    }
}
