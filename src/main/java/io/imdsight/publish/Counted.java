package io.imdsight.publish;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.EnumMap;
import java.util.Map;

/** Sums of tallies, as the feed and the summary show them. */
final class Counted {
    long requests;
    long noToken;
    long noTokenRejected;
    long blocking;
    long possible;
    final Map<Version, Long> versions = new EnumMap<>(Version.class);
    final Map<Cause, Long> causes = new EnumMap<>(Cause.class);
    final Map<PathClass, Long> pathClassesOfV1 = new EnumMap<>(PathClass.class);
    final Map<EvidenceMethod, Long> evidence = new EnumMap<>(EvidenceMethod.class);

    void add(Tally t) {
        TallyKey k = t.key();
        long count = t.count();
        requests += count;
        versions.merge(k.classification().version(), count, Long::sum);
        evidence.merge(k.evidence(), count, Long::sum);
        possible += k.classification().mayBlock() ? count : 0;
        if (k.classification().version() != Version.V1) {
            return;
        }
        noToken += k.classification().countsAsNoToken() ? count : 0;
        noTokenRejected += k.classification().countsAsNoTokenRejected() ? count : 0;
        blocking += k.classification().blocks() ? count : 0;
        pathClassesOfV1.merge(k.classification().pathClass(), count, Long::sum);
        if (k.cause() != null) {
            causes.merge(k.cause(), count, Long::sum);
        }
    }

    long version(Version v) {
        return versions.getOrDefault(v, 0L);
    }

    void append(JsonLine out) {
        out.open("imds").number("requests", requests);
        for (Version v : Version.values()) {
            out.number(v.label(), version(v));
        }
        out.number("metadata_no_token", noToken)
                .number("metadata_no_token_rejected", noTokenRejected)
                .number("blocking", blocking)
                .number("possible", possible)
                .counts("cause", causes)
                .counts("path_class", pathClassesOfV1)
                .close();
    }
}
