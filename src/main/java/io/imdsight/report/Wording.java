package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.Plural;
import io.imdsight.model.Version;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Sentences that text and page have in common. */
final class Wording {
    /** Ancestors that a reader wants: the scripts, not who started the machine. */
    private static final int ANCESTORS_MAX = 6;

    /** As much of a container's id as its own tools show. */
    private static final int CONTAINER_ID_CHARS = 12;

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private Wording() {}

    static String headline(AuditReport r) {
        int blocking = r.entries(Standing.BLOCKING).size();
        return switch (r.verdict().decision()) {
            case READY -> "ready: nothing was seen that HttpTokens=required would break";
            case BLOCKED -> "blocked: HttpTokens=required would break " + Plural.of(blocking, "caller");
            case INCONCLUSIVE -> "inconclusive: no blocking call was seen, but one could have been missed";
        };
    }

    static String time(long nanos) {
        return UTC.format(Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L))) + " UTC";
    }

    static String window(Evidence e) {
        return "watched " + Durations.of(e.watchedMillis()) + ", " + time(e.fromNanos()) + " to " + time(e.toNanos())
                + ", from " + e.source()
                + (e.askedMillis() == 0 ? "" : "; asked for " + Durations.of(e.askedMillis()));
    }

    static String connections(Evidence e) {
        return e.connections() == null
                ? "not counted by a witness"
                : "both " + e.connections().both() + ", kernel only "
                        + e.connections().kernelOnly() + ", capture only "
                        + e.connections().captureOnly();
    }

    static String drops(Evidence e) {
        StringJoiner out = new StringJoiner(", ");
        e.drops().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(d -> out.add(d.getKey().label() + " " + d.getValue()));
        return out.length() == 0 ? "none" : out.toString();
    }

    static String boot(Evidence e) {
        return e.bootCovered() == null ? "not known" : e.bootCovered() ? "covered" : "not covered";
    }

    /** {@code v1 3 (3 served); v2 12 (12 served)}. */
    static String requests(Evidence e) {
        StringJoiner out = new StringJoiner("; ");
        for (Version v : Version.values()) {
            if (e.requests(v) > 0) {
                StringJoiner outcomes = new StringJoiner(", ", " (", ")");
                for (Outcome o : Outcome.values()) {
                    if (e.requests(v, o) > 0) {
                        outcomes.add(e.requests(v, o) + " " + o.label());
                    }
                }
                out.add(v.label() + " " + e.requests(v) + outcomes);
            }
        }
        return out.length() == 0 ? "none" : out.toString();
    }

    /** {@code 3 blocking, 1 foreign}: the largest first. */
    static <K extends Labelled> String counts(Map<K, Long> counts) {
        StringJoiner out = new StringJoiner(", ");
        counts.entrySet().stream()
                .sorted(Map.Entry.<K, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(e -> e.getKey().label()))
                .forEach(e -> out.add(e.getValue() + " " + e.getKey().label()));
        return out.toString();
    }

    /** Unit, container, pod, user: where a caller lives. Empty where nothing is known. */
    static List<String> place(CallerFinding f) {
        List<String> out = new ArrayList<>();
        add(out, "unit ", f.key().systemdUnit());
        String container = f.key().containerId();
        boolean longId = container != null && container.length() > CONTAINER_ID_CHARS;
        add(out, "container ", longId ? container.substring(0, CONTAINER_ID_CHARS) : container);
        add(out, "pod ", f.key().podUid());
        add(out, "user ", f.key().owner());
        return out;
    }

    private static void add(StringJoiner out, String before, String value) {
        if (value != null) {
            out.add(before + value);
        }
    }

    private static void add(List<String> out, String before, String value) {
        if (value != null) {
            out.add(before + value);
        }
    }

    /** {@code curl -s http://… ← sh sync.sh ← sh nightly-backup.sh}. */
    static String lineage(Caller c) {
        StringBuilder out = new StringBuilder();
        String line = c.commandLine();
        out.append(line == null || line.isEmpty() ? name(c) : line);
        int depth = 0;
        for (Caller parent : c.parents()) {
            if (depth++ == ANCESTORS_MAX) {
                return out.append(" ← …").toString();
            }
            out.append(" ← ").append(name(parent));
        }
        return out.toString();
    }

    static String name(Caller c) {
        return c.title() != null ? c.title() : c.executable() != null ? c.executable() : "pid " + c.pid();
    }

    /** What a program is and whose. */
    static String what(AuditReport.Entry e) {
        StringJoiner out = new StringJoiner("; ");
        if (e.finding().key().executable() != null) {
            out.add(e.finding().key().executable());
        }
        if (e.found().packageName() != null) {
            out.add("package " + e.found().packageName() + " " + e.found().packageVersion());
        }
        add(out, "image ", e.found().image());
        add(out, "pod ", e.found().pod());
        out.add(
                e.clientName() == null
                        ? "not a program that imdsight knows"
                        : e.clientName() + " (by " + e.clientSign() + ")");
        return out.toString();
    }

    static String calls(CallerFinding f) {
        StringBuilder out = new StringBuilder(counts(f.counts()));
        if (f.credentials() > 0) {
            out.append("; ")
                    .append(f.credentials())
                    .append(" gave CREDENTIALS without a token (they carry ec2:RoleDelivery 1.0)");
        }
        if (f.tokensUnanswered() > 0) {
            out.append("; ")
                    .append(Plural.of(f.tokensUnanswered(), "token request"))
                    .append(" unanswered");
        }
        return out.toString();
    }
}
