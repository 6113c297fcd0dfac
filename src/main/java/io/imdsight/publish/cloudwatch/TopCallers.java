package io.imdsight.publish.cloudwatch;

import io.imdsight.model.Script;
import io.imdsight.record.CallerKey;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Which callers have a metric of their own: the first so many that were seen in a calendar month (UTC), as CloudWatch bills by month and by
 * name. A choice by count would change with every minute, and each change would be a further metric that is paid for.
 */
final class TopCallers {
    static final String OTHER = "other";
    private static final int MINUTES_PER_DAY = 24 * 60;

    private final int max;
    private final Set<String> chosen = new HashSet<>();
    private YearMonth month;

    TopCallers(int max) {
        this.max = max;
    }

    int max() {
        return max;
    }

    /** The name under which a caller counts. Minutes mostly come in order; one of last month may begin the choice anew once more. */
    String name(CallerKey caller, long minute) {
        YearMonth now = YearMonth.from(LocalDate.ofEpochDay(Math.floorDiv(minute, MINUTES_PER_DAY)));
        if (month == null || now.isAfter(month)) {
            month = now;
            chosen.clear();
        }
        // two names that CloudWatch cannot tell apart are one: their points would be the same metric, twice in a line
        String name = new Dimension(MinutePoints.CALLER, name(caller)).value();
        if (chosen.contains(name) || chosen.size() < max && chosen.add(name)) {
            return name;
        }
        return OTHER;
    }

    /** {@code python3 sync.py (nightly.service)}, {@code curl (nightly.sh, nightly.service)}. What {@link Dimension} cannot carry it replaces. */
    private static String name(CallerKey c) {
        String program = c.title() != null ? c.title() : c.executable() != null ? c.executable() : null;
        if (program == null) {
            return c.sourceAddress() == null ? "unknown" : "unknown at " + c.sourceAddress();
        }
        StringJoiner more = new StringJoiner(", ", " (", ")").setEmptyValue("");
        if (c.script() != null) {
            more.add(Script.lastName(c.script()));
        }
        if (c.containerId() != null) {
            more.add("container"); // ids change with each start, and each would be a metric
        } else if (c.systemdUnit() != null) {
            more.add(c.systemdUnit());
        }
        return program + more;
    }
}
