package io.imdsight.report.fleet;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import java.util.Arrays;

/**
 * One line of a feed or an event file, as far as the fleet's questions need it. Used again for the next line: some thirty million of them are read,
 * and the reader would spend its time on throwing them away. Texts are null where absent, escaped, and cut.
 */
final class FeedRecord {
    /** What a line is. */
    enum Kind {
        /** The counts of one caller in one interval. */
        CALLER,
        /** What a machine saw since its last heartbeat, and how well. */
        HEARTBEAT,
        /** A request, or a roll-up of many, from an event file. */
        EVENT,
        /** Another line of imdsight's, as of the service log: nothing that is counted here. */
        OTHER
    }

    Kind kind;
    /** Since 1970, UTC; a heartbeat's is its interval's end, a caller's its beginning. */
    long timestampSeconds;

    long intervalSeconds;
    String hostId;
    String hostName;
    String callerName;
    String script;
    String userAgent;
    String sourceAddress;
    String executable;
    String owner;
    String title;
    String unit;
    boolean inContainer;
    long requests;
    long v1;
    long v2;
    long undetermined;
    long noToken;
    long noTokenRejected;
    long blocking;
    /** Requests of version 1 that asked for credentials. */
    long credentials;

    /** Requests of version 1 by {@link Cause}'s ordinal. */
    final long[] causes = new long[Cause.values().length];
    /** Requests by {@link EvidenceMethod}'s ordinal. */
    final long[] evidence = new long[EvidenceMethod.values().length];

    boolean sound;
    long capturedSeconds;
    long drops;
    long unexplained;

    void clear() {
        kind = null;
        timestampSeconds = Long.MIN_VALUE;
        intervalSeconds = 0;
        hostId = null;
        hostName = null;
        callerName = null;
        script = null;
        userAgent = null;
        sourceAddress = null;
        executable = null;
        owner = null;
        title = null;
        unit = null;
        inContainer = false;
        requests = 0;
        v1 = 0;
        v2 = 0;
        undetermined = 0;
        noToken = 0;
        noTokenRejected = 0;
        blocking = 0;
        credentials = 0;
        Arrays.fill(causes, 0);
        Arrays.fill(evidence, 0);
        sound = false;
        capturedSeconds = 0;
        drops = 0;
        unexplained = 0;
    }

    /** The machine: its id, else its name; null where the line says neither. */
    String instance() {
        return hostId != null ? hostId : hostName;
    }
}
