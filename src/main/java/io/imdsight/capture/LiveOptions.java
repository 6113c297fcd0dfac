package io.imdsight.capture;

/**
 * How packets are taken from the kernel.
 *
 * @param snapBytes how much of a packet to the service is copied; 128 to 262,144
 * @param bufferBytes size of the ring between kernel and us; all of it counts as resident memory
 * @param delayMillis how long a packet may wait in the ring until we are woken for it and those that came after it; 0: each wakes us at once
 * @param socketFilter puts our own filter on the socket so that answers are cut short; null: libpcap's filter stays
 */
public record LiveOptions(int snapBytes, int bufferBytes, int delayMillis, SocketFilter socketFilter) {
    /**
     * Immediate mode makes libpcap use TPACKET_V2: a ring of frames of one size, each as long as the snapshot length and what goes before it
     * (create_ring in pcap-linux.c: tpacket2_hdr, sockaddr_ll, 16 bytes or the link header, room for a VLAN tag: 80 to 96 bytes). Blocks of the ring
     * are powers of two, so a frame a byte above one costs twice its size. 128 bytes below 16 KiB keep the frame within 16 KiB: long enough for the
     * request heads that SDKs send, over loopback and segmentation offload too, where a packet is as long as a write; a longer head in one packet is
     * reported as undetermined.
     */
    static final int SNAP_BYTES = 16 * 1024 - 128;

    /**
     * Without delay 512 frames of 16 KiB: a pause of 20 ms at 25,000 packets a second, far above what a metadata service answers.
     */
    static final int BUFFER_BYTES = 8 * 1024 * 1024;

    /**
     * With delay libpcap uses TPACKET_V3: 16 blocks of 256 KiB, in which packets take no more than their own length: some 15,000 of them, or what
     * comes in 16 delays, whichever is less. An interface lets 1,024 packets a second through to the service. The ring is resident from the start.
     */
    static final int DELAYED_BUFFER_BYTES = 4 * 1024 * 1024;

    /**
     * A block that is not full is handed over after that, and 16 of them are a pause of three seconds. A request's line is printed a fifth of a
     * second later than it could be; in exchange a burst fits into the ring, and a call wakes us once and not ten times (docs/performance.md).
     */
    static final int DELAY_MILLIS = 200;

    /** More would be noticed by who watches the output. */
    private static final int DELAY_MILLIS_MAX = 1_000;

    /** Nothing shorter holds the headers, nothing longer is ever captured (libpcap's MAXIMUM_SNAPLEN). */
    public LiveOptions {
        if (snapBytes < 128 || snapBytes > CaptureFileReader.PACKET_BYTES_MAX) {
            throw new IllegalArgumentException("snapshot length out of range: " + snapBytes);
        }
        if (bufferBytes < snapBytes) {
            throw new IllegalArgumentException("the buffer holds no packet: " + bufferBytes);
        }
        if (delayMillis < 0 || delayMillis > DELAY_MILLIS_MAX) {
            throw new IllegalArgumentException("delay out of range: " + delayMillis);
        }
    }

    /** The defaults, without a socket filter: each packet at once. */
    public static LiveOptions defaults() {
        return new LiveOptions(SNAP_BYTES, BUFFER_BYTES, 0, null);
    }

    /** The same, with packets of {@value #DELAY_MILLIS} ms at a time and the ring for that: for who need not act on a packet while its process is there. */
    public LiveOptions delayed() {
        return new LiveOptions(snapBytes, DELAYED_BUFFER_BYTES, DELAY_MILLIS, socketFilter);
    }

    /** The same, with another ring. */
    public LiveOptions withBuffer(int bytes) {
        return new LiveOptions(snapBytes, bytes, delayMillis, socketFilter);
    }

    /** The same, with a socket filter. */
    public LiveOptions with(SocketFilter filter) {
        return new LiveOptions(snapBytes, bufferBytes, delayMillis, filter);
    }
}
