package io.imdsight.model;

import java.util.Map;

/**
 * The witness's counts: connections to the service by who saw them. {@code both + kernelOnly + captureOnly} is the number of connections.
 *
 * @param both seen by the kernel's probe and by the capture
 * @param kernelOnly seen by the probe alone
 * @param captureOnly seen by the capture alone: older than the probe, forwarded for another machine, or lost by the probe
 * @param reasons {@code kernelOnly} by reason; the values' sum is {@code kernelOnly}
 */
public record ConnectionCounts(long both, long kernelOnly, long captureOnly, Map<KernelOnly, Long> reasons) {
    /** Nothing seen. */
    public static final ConnectionCounts NONE = new ConnectionCounts(0, 0, 0, Map.of());

    public ConnectionCounts {
        reasons = Map.copyOf(reasons);
    }
}
