package io.imdsight.capture;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapStat;

/** Carries libpcap's counts over into ours. They are 32 bits wide and wrap. */
class PcapStatistics {
    private final PcapHandle handle;
    private final Drops drops;
    private int lastReceived;
    private int lastDropped;
    private int lastDroppedByInterface;
    private long received;

    PcapStatistics(PcapHandle handle, Drops drops) {
        this.handle = handle;
        this.drops = drops;
    }

    /** Reads the counts and adds what is new. pcap_stats is safe beside pcap_loop: they share no field that either writes. */
    synchronized void read() {
        try {
            PcapStat now = handle.getStats();
            add((int) now.getNumPacketsReceived(), (int) now.getNumPacketsDropped(), (int)
                    now.getNumPacketsDroppedByIf());
        } catch (NotOpenException | PcapNativeException e) {
            return; // closed, or the interface is gone: run() says so
        }
    }

    synchronized void add(int receivedNow, int droppedNow, int droppedByInterfaceNow) {
        received += (receivedNow - lastReceived) & 0xffff_ffffL;
        drops.add(Drop.KERNEL_RING, (droppedNow - lastDropped) & 0xffff_ffffL);
        drops.add(Drop.INTERFACE, (droppedByInterfaceNow - lastDroppedByInterface) & 0xffff_ffffL);
        lastReceived = receivedNow;
        lastDropped = droppedNow;
        lastDroppedByInterface = droppedByInterfaceNow;
    }

    synchronized long received() {
        return received;
    }
}
