package io.imdsight.model;

/**
 * How a caller is known.
 *
 * @param method never null
 * @param reason why nothing is known, or what limits the evidence, as one sentence without a full stop; null where there is nothing to say
 */
public record Evidence(EvidenceMethod method, String reason) {
    /** The kernel's probe named the process. */
    public static final Evidence CONNECT_PROBE = new Evidence(EvidenceMethod.CONNECT_PROBE, null);

    /** The live socket led to the process. */
    public static final Evidence SOCKET_TABLE = new Evidence(EvidenceMethod.SOCKET_TABLE, null);

    /** Nothing is known. */
    public static Evidence none(String reason) {
        return new Evidence(EvidenceMethod.NONE, reason);
    }
}
