package io.imdsight.model;

import java.util.Map;

/**
 * The witness's counts: connections to the service by who saw them. {@code both + kernelOnly + captureOnly} is the number of connections.
 *
 * @param both seen by the kernel's probe and by the capture
 * @param kernelOnly seen by the probe alone
 * @param captureOnly seen by the capture alone: older than the probe, forwarded for another machine, or lost by the probe
 * @param reasons {@code kernelOnly} by reason; the values' sum is {@code kernelOnly}
 * @param withoutRequest those of {@code both} that came about and ended without a request in HTTP
 */
public record ConnectionCounts(
        long both, long kernelOnly, long captureOnly, Map<KernelOnly, Long> reasons, long withoutRequest) {
    /** Nothing seen. */
    public static final ConnectionCounts NONE = new ConnectionCounts(0, 0, 0, Map.of());

    public ConnectionCounts {
        reasons = Map.copyOf(reasons);
    }

    /** The same, where it is not known how many had no request. */
    public ConnectionCounts(long both, long kernelOnly, long captureOnly, Map<KernelOnly, Long> reasons) {
        this(both, kernelOnly, captureOnly, reasons, 0);
    }

    /** Written out, as {@link #hashCode}: see {@link Caller#equals}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectionCounts c
                && both == c.both
                && kernelOnly == c.kernelOnly
                && captureOnly == c.captureOnly
                && withoutRequest == c.withoutRequest
                && reasons.equals(c.reasons);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(31 * (31 * both + kernelOnly) + captureOnly);
    }

    /** How many connections there were. */
    public long connections() {
        return both + kernelOnly + captureOnly;
    }
}
