package io.imdsight.decode;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells whether bytes of a stream that come again are the bytes that came before, without keeping all of them: of the bytes in order a keyed fingerprint is
 * made, and remembered where segments ended. Who reads again from such a place with the fingerprint of that place must have the same fingerprint at the next.
 * The first bytes are kept, so that what comes again may begin anywhere in them: a sender whose segment was half received does that.
 *
 * <p>The first place is where the first request that waits begins; what comes again from before it matters to nobody any more.
 */
final class Repeats {
    /** A head comes in one segment, seldom in three. */
    private static final int MARKS_FIRST = 8;

    /** The longest head, 64 KiB, in segments of an Ethernet; 768 bytes. */
    private static final int MARKS_MAX = 64;

    /** An ordinary head. With every connection of the table it is 8 MiB. */
    private static final int KEPT_BYTES_MAX = 512;

    /** Not known outside of this process, so that nobody can make other bytes with the same fingerprint. */
    private static final long KEY = ThreadLocalRandom.current().nextLong() | 1;

    private static final long START = ThreadLocalRandom.current().nextLong();

    /** What is remembered of one connection's requests; 672 bytes, until a head in many segments makes it grow to 1.4 KiB. */
    static final class Memory {
        private int[] places = new int[MARKS_FIRST];
        private long[] fingerprints = new long[MARKS_FIRST];
        private final byte[] kept = new byte[KEPT_BYTES_MAX];
    }

    private final Spares spares;
    private Memory memory;
    private int keptBytes;
    private int marks;
    private int next;
    private long fingerprint;
    private boolean again;
    private int againNext;
    private long againFingerprint;

    Repeats(Spares spares) {
        this.spares = spares;
    }

    /** Compares nothing from before here. The bytes may hold a session token: they are not left lying about. */
    void forget() {
        if (memory != null) {
            Arrays.fill(memory.kept, 0, keptBytes, (byte) 0);
            spares.giveBack(memory);
            memory = null;
        }
        keptBytes = 0;
        marks = 0;
        again = false;
    }

    /** Bytes in order, read for the first time. */
    void fresh(int sequence, byte[] b, int from, int count) {
        if (marks == 0 || sequence != next) {
            forget();
            memory = spares.memory();
            fingerprint = START;
            mark(sequence);
        }
        keep(b, from, count);
        fingerprint = continued(fingerprint, b, from, count);
        next = sequence + count;
        mark(next);
    }

    private void keep(byte[] b, int from, int count) {
        int more = Math.min(count, KEPT_BYTES_MAX - keptBytes);
        System.arraycopy(b, from, memory.kept, keptBytes, more);
        keptBytes += more;
    }

    private void mark(int sequence) {
        if (marks == memory.places.length && marks < MARKS_MAX) {
            memory.places = Arrays.copyOf(memory.places, 2 * marks);
            memory.fingerprints = Arrays.copyOf(memory.fingerprints, 2 * marks);
        }
        int at = Math.min(marks, MARKS_MAX - 1); // the first is kept, the last always new
        memory.places[at] = sequence;
        memory.fingerprints[at] = fingerprint;
        marks = at + 1;
    }

    /** Whether bytes that have all been read before are others now, or come in pieces of which that cannot be told. */
    boolean differ(int sequence, byte[] b, int from, int count) {
        if (marks == 0) {
            return false;
        }
        int skip = Math.max(0, Stream.distance(memory.places[0], sequence));
        if (skip >= count) {
            return false;
        }
        int at = sequence + skip;
        int offset = Stream.distance(at, memory.places[0]);
        if (offset + count - skip <= keptBytes) {
            again = false;
            return !Arrays.equals(memory.kept, offset, offset + count - skip, b, from + skip, from + count);
        }
        long f;
        int mark = indexOf(at);
        boolean continues = again && at == againNext;
        again = false;
        if (mark >= 0) {
            f = memory.fingerprints[mark];
        } else if (continues) {
            f = againFingerprint;
        } else if (offset <= keptBytes) {
            f = continued(memory.fingerprints[0], memory.kept, 0, offset);
        } else {
            return true;
        }
        int read = from + skip;
        int end = from + count;
        for (int i = firstBehind(at); i < marks && Stream.distance(memory.places[i], at) <= end - read; i++) {
            int piece = Stream.distance(memory.places[i], at);
            f = continued(f, b, read, piece);
            if (f != memory.fingerprints[i]) {
                return true;
            }
            read += piece;
            at = memory.places[i];
        }
        again = read < end; // otherwise all has been compared
        againFingerprint = continued(f, b, read, end - read);
        againNext = at + end - read;
        return false;
    }

    /** Whether bytes that came again ended within a segment, so that they have not been compared and may be others. */
    boolean isUnfinished() {
        return again;
    }

    private int indexOf(int sequence) {
        for (int i = 0; i < marks; i++) {
            if (memory.places[i] == sequence) {
                return i;
            }
        }
        return -1;
    }

    private int firstBehind(int sequence) {
        int i = 0;
        while (i < marks && Stream.distance(memory.places[i], sequence) <= 0) {
            i++;
        }
        return i;
    }

    private static long continued(long f, byte[] b, int from, int count) {
        long out = f;
        for (int i = from; i < from + count; i++) {
            out = (out ^ b[i]) * KEY;
            out ^= out >>> 29;
        }
        return out;
    }
}
