package io.imdsight.capture;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.RawPacketListener;

/** Reads what the kernel's ring still holds when a capture ends; what there is no time for is counted as lost. */
final class RingDrain {
    /** What is in the ring when the end comes is read within that: a cold machine reads five hundred packets in 50 ms. */
    private static final long NANOS_MAX = 500_000_000L;

    /** An end where packets keep coming; as many as the ring holds. */
    private static final int PACKETS_MAX = 65_536;

    /** How late the kernel's timer may be: some ticks of the slowest clock (CONFIG_HZ_100). */
    private static final int TIMER_MILLIS = 30;

    private static final long PAUSE_NANOS = 5_000_000;

    private final PcapHandle handle;
    private final Drops drops;
    private final int delayMillis;

    /**
     * @param delayMillis how long the kernel may hold packets back, see {@link LiveOptions}
     */
    RingDrain(PcapHandle handle, Drops drops, int delayMillis) {
        this.handle = handle;
        this.drops = drops;
        this.delayMillis = delayMillis;
    }

    /** Hands packets on until there are none, by the capture's thread. */
    void run(RawPacketListener receiver, BooleanSupplier failed) {
        long begunNanos = System.nanoTime();
        // the packets of the last moments are in a block that the kernel hands over when the delay has passed
        long handedOverNanos = begunNanos + (delayMillis == 0 ? 0 : delayMillis + TIMER_MILLIS) * 1_000_000L;
        RawPacketListener inTime = packet -> {
            if (System.nanoTime() - begunNanos < NANOS_MAX) {
                receiver.gotPacket(packet);
            } else {
                drops.add(Drop.KERNEL_RING);
            }
        };
        try {
            handle.setBlockingMode(PcapHandle.BlockingMode.NONBLOCKING);
            int left = PACKETS_MAX;
            int read = 1;
            while ((read > 0 || awaitBlock(handedOverNanos)) && left > 0 && !failed.getAsBoolean()) {
                read = dispatch(left, inTime);
                left -= read;
            }
        } catch (NotOpenException | PcapNativeException e) {
            return; // the interface went at the same time, and its ring with it
        }
    }

    /** Waits a little for the kernel's timer; false when it has passed. */
    private static boolean awaitBlock(long handedOverNanos) {
        if (System.nanoTime() - handedOverNanos >= 0) {
            return false;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        return true;
    }

    private int dispatch(int packetsMax, RawPacketListener receiver) throws NotOpenException {
        try {
            return handle.dispatch(packetsMax, receiver);
        } catch (InterruptedException e) {
            return 1; // a second breakLoop; there may be more
        } catch (PcapNativeException e) {
            return 0; // the interface is down; the kernel still hands over the block that was being filled
        }
    }
}
