package io.imdsight.decode;

import java.util.Arrays;

/**
 * The beginning of a line whose end has not come yet. Holds memory only while a line is split over segments; takes it from the budget.
 */
final class LineBuffer {
    /** Room for an ordinary header line. */
    private static final int FIRST_BYTES = 256;

    private static final byte[] NOTHING = new byte[0];

    private final Budget budget;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean cut;

    LineBuffer(Budget budget) {
        this.budget = budget;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Whether bytes of this line were left out, by a limit of its own or for want of budget. */
    boolean isCut() {
        return cut;
    }

    /**
     * Appends what fits.
     *
     * @param keepMax how many bytes of this line are worth keeping; the rest is passed over
     * @return false where the budget was short, so that bytes worth keeping were lost
     */
    boolean append(byte[] from, int offset, int count, int keepMax) {
        int keep = Math.min(count, keepMax - length);
        cut |= keep < count;
        if (keep <= 0) {
            return true;
        }
        if (!reserve(length + keep)) {
            cut = true;
            return false;
        }
        System.arraycopy(from, offset, bytes, length, keep);
        length += keep;
        return true;
    }

    /** Forgets the line and gives its memory back. */
    void clear() {
        budget.giveBack(bytes.length);
        bytes = NOTHING;
        length = 0;
        cut = false;
    }

    private boolean reserve(int needed) {
        if (needed <= bytes.length) {
            return true;
        }
        int size = Math.max(FIRST_BYTES, Integer.highestOneBit(needed - 1) << 1);
        if (!budget.take(size - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, size);
        return true;
    }
}
