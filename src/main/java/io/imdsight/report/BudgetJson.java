package io.imdsight.report;

import java.time.Instant;

/** The budget in the JSON. */
final class BudgetJson {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private BudgetJson() {}

    static void links(Json j, Budget b) {
        j.object("budget", o -> {
            o.number("packets_per_second", LinkBudget.PACKETS_PER_SECOND);
            o.array("interfaces", a -> b.links().forEach(l -> a.object(x -> link(x, l))));
        });
    }

    private static void link(Json j, LinkBudget l) {
        j.text("name", l.use().interfaceName());
        j.number("packets", l.use().packets());
        j.number("peak_packets_per_second", l.use().peakPackets());
        j.decimal("peak_percent", l.peakPercent());
        if (l.use().packets() > 0) {
            j.text(
                    "peak_second",
                    Instant.ofEpochSecond(l.use().peakNanos() / NANOS_PER_SECOND)
                            .toString());
        }
        if (l.exceeded() != null) {
            j.number("linklocal_allowance_exceeded", l.exceeded());
            j.number("linklocal_allowance_exceeded_before", l.exceededBefore());
        }
    }

    static void rate(Json j, CallerRate r) {
        j.object("rate", o -> {
            o.decimal("per_minute", r.perSecond() * 60);
            o.number("peak_minute", r.peakMinute());
            if (r.peakPercent() != null) {
                o.decimal("peak_percent", r.peakPercent());
            }
        });
        if (!r.habits().isEmpty()) {
            j.array(
                    "should_keep",
                    a -> r.habits()
                            .forEach(h -> a.object(o -> o.text("code", h.code())
                                    .number("count", h.count())
                                    .text("message", h.sentence()))));
        }
    }
}
