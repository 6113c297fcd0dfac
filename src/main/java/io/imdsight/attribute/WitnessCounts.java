package io.imdsight.attribute;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.KernelOnly;
import java.util.EnumMap;
import java.util.Map;

/** What the {@link Witness} has decided. Guarded by the witness. */
final class WitnessCounts {
    private static final int BOTH = KernelOnly.values().length;
    private static final int CAPTURE_ONLY = BOTH + 1;
    private static final int WITHOUT_REQUEST = BOTH + 2;
    private static final int COUNTS = BOTH + 3;

    private final long[] total = new long[COUNTS];

    void both() {
        total[BOTH]++;
    }

    void captureOnly() {
        total[CAPTURE_ONLY]++;
    }

    void kernelOnly(KernelOnly reason) {
        total[reason.ordinal()]++;
    }

    void withoutRequest() {
        total[WITHOUT_REQUEST]++;
    }

    ConnectionCounts total() {
        Map<KernelOnly, Long> reasons = new EnumMap<>(KernelOnly.class);
        long kernelOnly = 0;
        for (KernelOnly reason : KernelOnly.values()) {
            long n = total[reason.ordinal()];
            kernelOnly += n;
            if (n > 0) {
                reasons.put(reason, n);
            }
        }
        return new ConnectionCounts(total[BOTH], kernelOnly, total[CAPTURE_ONLY], reasons, total[WITHOUT_REQUEST]);
    }
}
