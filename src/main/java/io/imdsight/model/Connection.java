package io.imdsight.model;

/**
 * The two ends of a TCP connection.
 *
 * @param originator the address that opened it; with NAT in between, the one nearest to the process that was seen
 * @param originatorPort its port
 * @param responder the service's address
 * @param responderPort the service's port
 */
public record Connection(IpAddress originator, int originatorPort, IpAddress responder, int responderPort) {
    /** Written out, as {@link #hashCode}: every packet asks for it. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Connection c
                && originatorPort == c.originatorPort
                && responderPort == c.responderPort
                && originator.equals(c.originator)
                && responder.equals(c.responder);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * originator.hashCode() + originatorPort) + responder.hashCode()) + responderPort;
    }

    /** {@code 10.0.0.5:40312 -> 169.254.169.254:80}. */
    @Override
    public String toString() {
        return end(originator, originatorPort) + " -> " + end(responder, responderPort);
    }

    private static String end(IpAddress address, int port) {
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
