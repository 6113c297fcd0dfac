package io.imdsight.report.fleet;

import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;

/** How a line of an event file is classified, and what that is in a feed's counts: the rules of docs/feed.md. */
final class EventClass {
    String version;
    String kind;
    String outcome;
    String pathClass;
    String cause;
    String evidence;

    void clear() {
        version = null;
        kind = null;
        outcome = null;
        pathClass = null;
        cause = null;
        evidence = null;
    }

    boolean isThere() {
        return version != null;
    }

    /** Writes the counts of so many requests. */
    void count(FeedRecord r, long count) throws DamagedLineException {
        Version v = needed(Version.values(), version, "imds.version");
        Kind k = needed(Kind.values(), kind, "imds.kind");
        Outcome o = needed(Outcome.values(), outcome, "imds.outcome");
        r.requests = count;
        r.v1 = v == Version.V1 ? count : 0;
        r.v2 = v == Version.V2 ? count : 0;
        r.undetermined = v == Version.UNDETERMINED ? count : 0;
        if (evidence != null) {
            r.evidence[
                    needed(EvidenceMethod.values(), evidence, "evidence.method").ordinal()] = count;
        }
        if (v != Version.V1) {
            return;
        }
        r.noToken = o == Outcome.SERVED ? count : 0;
        r.noTokenRejected = o == Outcome.REFUSED ? count : 0;
        r.blocking = new Classification(v, k, o, PathClass.OTHER).blocks() ? count : 0;
        r.credentials = PathClass.CREDENTIALS.label().equals(pathClass) ? count : 0;
        if (cause != null) {
            r.causes[needed(Cause.values(), cause, "imds.cause").ordinal()] = count;
        }
    }

    private static <T extends Labelled> T needed(T[] values, String label, String field) throws DamagedLineException {
        for (T value : values) {
            if (value.label().equals(label)) {
                return value;
            }
        }
        throw new DamagedLineException(field + " is missing, or none that this imdsight knows");
    }
}
