package io.imdsight.report.fleet;

import io.imdsight.model.EvidenceMethod;

/** What one caller did on one instance. There may be hundreds of thousands. Times are seconds since 1970. */
final class Use {
    final FleetCaller caller;
    /** The instance's next one. */
    final Use next;

    /** All requests in the window. */
    long requests;
    /** Blocking calls in the window. */
    long blocking;

    long credentials;
    /** Blocking calls of the history before the window. */
    long before;
    /** The window's requests by how the caller is known. */
    private long byProbe;

    private long bySocket;
    private long byNobody;
    /** The first and the last record of the history, blocking ones only where the instance is not looked at alone. */
    long first = Long.MAX_VALUE;

    long last = Long.MIN_VALUE;

    Use(FleetCaller caller, Use next) {
        this.caller = caller;
        this.next = next;
    }

    void add(FeedRecord r, boolean inWindow) {
        first = Math.min(first, r.timestampSeconds);
        last = Math.max(last, r.timestampSeconds);
        if (!inWindow) {
            before = Sums.add(before, r.blocking);
            return;
        }
        requests = Sums.add(requests, r.requests);
        blocking = Sums.add(blocking, r.blocking);
        credentials = Sums.add(credentials, r.credentials);
        byProbe = Sums.add(byProbe, r.evidence[EvidenceMethod.CONNECT_PROBE.ordinal()]);
        bySocket = Sums.add(bySocket, r.evidence[EvidenceMethod.SOCKET_TABLE.ordinal()]);
        byNobody = Sums.add(byNobody, r.evidence[EvidenceMethod.NONE.ordinal()]);
    }

    long evidence(EvidenceMethod method) {
        return switch (method) {
            case CONNECT_PROBE -> byProbe;
            case SOCKET_TABLE -> bySocket;
            case NONE -> byNobody;
        };
    }
}
