package io.imdsight.capture;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Link;
import io.imdsight.model.SegmentSink;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads capture files: pcap (micro- and nanoseconds, both byte orders) and pcapng, as they are or compressed with gzip, without libpcap and in
 * constant memory. One reader may read several files, one after the other. Not for several threads.
 */
public final class CaptureFileReader {
    /** The longest packet that a file may hold: libpcap's MAXIMUM_SNAPLEN. A greater length means that the file is damaged. */
    static final int PACKET_BYTES_MAX = 256 * 1024;

    private static final int MAGIC_BYTES = 4;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int GZIP_BUFFER_BYTES = 64 * 1024;

    private final Endpoints endpoints;
    private final SegmentSink sink;
    private final Drops drops;

    /**
     * What a file held.
     *
     * @param packets how many packets it held, of any protocol
     * @param segments how many segments were handed on
     * @param unknownLinkTypes link types (tcpdump.org/linktypes.html) of packets that cannot be read; empty where all could be
     */
    public record Contents(long packets, long segments, SortedSet<Integer> unknownLinkTypes) {
        /** Takes a copy. */
        public Contents {
            unknownLinkTypes = Collections.unmodifiableSortedSet(new TreeSet<>(unknownLinkTypes));
        }
    }

    /**
     * Sets up a reader.
     *
     * @param sink takes the segments; at a file's end it is told the time of the last packet, whatever its protocol, by {@link SegmentSink#idle}
     */
    public CaptureFileReader(Endpoints endpoints, SegmentSink sink, Drops drops) {
        this.endpoints = endpoints;
        this.sink = sink;
        this.drops = drops;
    }

    /**
     * Reads a file to its end. The caller opens and closes it; no buffering is needed.
     *
     * @throws CaptureFileException where it is not a capture file or is damaged; what could be read has been delivered
     * @throws IOException where the bytes cannot be had
     */
    public Contents read(InputStream in) throws CaptureFileException, IOException {
        PacketTap tap = new PacketTap(new PacketDecoder(endpoints, sink, drops, index -> null), drops);
        try {
            new Format(uncompressed(in), tap).read();
        } catch (Damage e) {
            tap.end(sink);
            if (e.kind == CaptureFileException.Kind.DAMAGED) {
                drops.add(Drop.FILE_DAMAGED);
            }
            throw new CaptureFileException(e.kind, e.getMessage(), tap.contents(), e.getCause());
        }
        tap.end(sink);
        return tap.contents();
    }

    private static FileInput uncompressed(InputStream in) throws IOException, Damage {
        byte[] magic = in.readNBytes(2);
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(magic), in);
        if (magic.length < 2 || Bytes.u16(magic, 0) != GZIP_MAGIC) {
            return new FileInput(whole);
        }
        try {
            return new FileInput(new GZIPInputStream(whole, GZIP_BUFFER_BYTES));
        } catch (ZipException | EOFException e) {
            throw new Damage(CaptureFileException.Kind.DAMAGED, "at byte 0: the gzip header is wrong or cut short", e);
        }
    }

    /** The format that the first bytes name. */
    private record Format(FileInput in, PacketTap tap) {
        void read() throws IOException, Damage {
            if (!in.has(MAGIC_BYTES)) {
                if (in.damage() != null) {
                    throw Damage.truncated(in, "a file header");
                }
                String what = in.has(1) ? "it is shorter than any capture file's header" : "it is empty";
                throw new Damage(CaptureFileException.Kind.NOT_A_CAPTURE, what, null);
            }
            int magic = Bytes.i32(in.buffer, in.position);
            if (magic == PcapngFile.SECTION_HEADER) {
                new PcapngFile(in, tap).read();
            } else if (PcapFile.isMagic(magic)) {
                new PcapFile(in, tap).read();
            } else {
                throw new Damage(
                        CaptureFileException.Kind.NOT_A_CAPTURE,
                        "it begins with %08x, which is neither pcap nor pcapng".formatted(magic),
                        null);
            }
        }
    }

    /** Passes packets on and keeps what the result needs. */
    static final class PacketTap {
        private final PacketDecoder decoder;
        private final Drops drops;
        private long packets;
        private long latestNanos = Long.MIN_VALUE;

        PacketTap(PacketDecoder decoder, Drops drops) {
            this.decoder = decoder;
            this.drops = drops;
        }

        void packet(int linkType, long timestampNanos, Link link, byte[] b, int at, int captured, int wireBytes) {
            packets++;
            latestNanos = Math.max(latestNanos, timestampNanos);
            decoder.packet(linkType, timestampNanos, link, b, at, captured, wireBytes);
        }

        /** The time of the latest packet so far; 0 before the first. For packets that carry none. */
        long latestNanos() {
            return packets == 0 ? 0 : latestNanos;
        }

        /** The capture went on until its last packet, whatever that was: time enough for an answer may have passed. */
        void end(SegmentSink sink) {
            if (packets > 0) {
                sink.idle(latestNanos);
            }
        }

        /** A packet that belongs to an interface that the file does not describe. */
        void lost() {
            packets++;
            drops.add(Drop.PACKET_DAMAGED);
        }

        Contents contents() {
            return new Contents(packets, decoder.segments(), decoder.unknownLinkTypes());
        }
    }

    /** Carries a fault up from the formats. */
    static final class Damage extends Exception {
        private static final long serialVersionUID = 1;
        final CaptureFileException.Kind kind;

        Damage(CaptureFileException.Kind kind, String message, Throwable cause) {
            super(message, cause, false, false);
            this.kind = kind;
        }

        static Damage truncated(FileInput in, String what) {
            String why = in.damage() == null
                    ? ""
                    : " (the compressed data is damaged: " + in.damage().getMessage() + ")";
            return at(in, "the file ends inside " + what + why);
        }

        static Damage at(FileInput in, String what) {
            return new Damage(CaptureFileException.Kind.DAMAGED, "at byte " + in.offset() + ": " + what, in.damage());
        }
    }
}
