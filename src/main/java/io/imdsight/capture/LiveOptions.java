package io.imdsight.capture;

/**
 * How packets are taken from the kernel.
 *
 * @param snapBytes how much of a packet to the service is copied; 128 to 262,144
 * @param bufferBytes size of the ring between kernel and us; it counts as resident memory once it has been filled
 * @param socketFilter puts our own filter on the socket so that answers are cut short; null: libpcap's filter stays
 */
public record LiveOptions(int snapBytes, int bufferBytes, SocketFilter socketFilter) {
    /**
     * Immediate mode makes libpcap use TPACKET_V2: a ring of frames of one size, each as long as the snapshot length and what goes before it
     * (create_ring in pcap-linux.c: tpacket2_hdr, sockaddr_ll, 16 bytes or the link header, room for a VLAN tag: 80 to 96 bytes). Blocks of the ring
     * are powers of two, so a frame a byte above one costs twice its size. 128 bytes below 16 KiB keep the frame within 16 KiB: long enough for the
     * request heads that SDKs send, over loopback and segmentation offload too, where a packet is as long as a write; a longer head in one packet is
     * reported as undetermined.
     */
    public static final int SNAP_BYTES = 16 * 1024 - 128;

    /** 512 frames of 16 KiB: a pause of 20 ms at 25,000 packets a second, far above what a metadata service answers. */
    public static final int BUFFER_BYTES = 8 * 1024 * 1024;

    /** Nothing shorter holds the headers, nothing longer is ever captured (libpcap's MAXIMUM_SNAPLEN). */
    public LiveOptions {
        if (snapBytes < 128 || snapBytes > CaptureFileReader.PACKET_BYTES_MAX) {
            throw new IllegalArgumentException("snapshot length out of range: " + snapBytes);
        }
        if (bufferBytes < snapBytes) {
            throw new IllegalArgumentException("the buffer holds no packet: " + bufferBytes);
        }
    }

    /** The defaults, without a socket filter. */
    public static LiveOptions defaults() {
        return new LiveOptions(SNAP_BYTES, BUFFER_BYTES, null);
    }

    /** The same, with a socket filter. */
    public LiveOptions with(SocketFilter filter) {
        return new LiveOptions(snapBytes, bufferBytes, filter);
    }
}
