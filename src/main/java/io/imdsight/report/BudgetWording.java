package io.imdsight.report;

import io.imdsight.model.Plural;
import java.util.Locale;

/** Sentences on how much calls take. */
final class BudgetWording {
    private static final double SECONDS_PER_HOUR = 3600;
    private static final double SECONDS_PER_MINUTE = 60;

    private BudgetWording() {}

    /**
     * {@code 2.1 a minute on average, 31 in the busiest minute, 0.4 % of the packets …}; empty where it was not counted. Of a watch that was shorter than
     * a minute there is no average by the minute.
     */
    static String rate(CallerRate r) {
        if (r.peakMinute() == 0) {
            return "";
        }
        boolean meaningful = r.perSecond() * SECONDS_PER_MINUTE <= r.peakMinute();
        String out =
                (meaningful ? mean(r.perSecond()) + " on average, " : "") + r.peakMinute() + " in the busiest minute";
        return r.peakPercent() == null
                ? out
                : out + ", " + percent(r.peakPercent())
                        + " of the packets that an interface passes to link-local services";
    }

    private static String mean(double perSecond) {
        if (perSecond >= 1) {
            return String.format(Locale.ROOT, "%.1f a second", perSecond);
        }
        return perSecond * SECONDS_PER_MINUTE >= 1
                ? String.format(Locale.ROOT, "%.1f a minute", perSecond * SECONDS_PER_MINUTE)
                : String.format(Locale.ROOT, "%.1f an hour", perSecond * SECONDS_PER_HOUR);
    }

    static String percent(double value) {
        return value < 0.1 && value > 0 ? "less than 0.1 %" : String.format(Locale.ROOT, "%.1f %%", value);
    }

    static String packets(LinkBudget l) {
        if (l.use().packets() == 0) {
            return l.use().interfaceName() + ": none";
        }
        return String.format(
                Locale.ROOT,
                "%s: %d to and from the service, at most %d in a second (%s): %s of the %,d a second that a network interface passes to and from"
                        + " link-local services; DNS and NTP share them and are not counted here",
                l.use().interfaceName(),
                l.use().packets(),
                l.use().peakPackets(),
                Wording.time(l.use().peakNanos()),
                percent(l.peakPercent()),
                LinkBudget.PACKETS_PER_SECOND);
    }

    static String allowance(LinkBudget l) {
        String name = l.use().interfaceName();
        if (l.exceeded() == null) {
            return name
                    + ": its driver does not count linklocal_allowance_exceeded; whether packets were dropped cannot be told from here";
        }
        return l.exceeded() == 0
                ? name + ": none dropped in this window (linklocal_allowance_exceeded stands at " + l.exceededBefore()
                        + ")"
                : name + ": " + Plural.of(l.exceeded(), "packet")
                        + " to link-local services DROPPED in this window (linklocal_allowance_exceeded): calls, DNS and NTP fail or are late;"
                        + " begin with the callers that should keep what they fetch";
    }
}
