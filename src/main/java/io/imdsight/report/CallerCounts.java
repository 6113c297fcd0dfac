package io.imdsight.report;

import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Plural;
import io.imdsight.model.Version;
import io.imdsight.record.CallerProfile;
import io.imdsight.record.Tally;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One caller's requests by minute and by what they were for, and what that says of its habits. */
final class CallerCounts {
    /** Below that many nothing is a habit: a program that starts asks for a handful of things, some of them twice. */
    private static final long FETCHES_MIN = 10;

    /** As often as that on average, over the whole window, is oftener than anything needs that holds for hours. */
    private static final long FETCHES_PER_MINUTE_MIN = 1;

    /** Twelve times what AWS recommends for the most urgent thing there is: spot/instance-action every five seconds. */
    private static final double POLLS_PER_SECOND_MIN = 12 / 5.0;

    /** Of what does not change while an instance runs: EC2 user guide, instance metadata categories. */
    private static final Pattern CONSTANT = Pattern.compile(
            "/[^/]+/(?:meta-data/(?:instance-id|instance-type|ami-id|ami-launch-index|reservation-id|mac|local-hostname|hostname"
                    + "|placement/(?:availability-zone|availability-zone-id|region))/?|dynamic/instance-identity(?:/.*)?|user-data)");

    private static final double MILLIS_PER_SECOND = 1000;
    private static final int SECONDS_PER_MINUTE = 60;

    private final Map<Long, Long> minutes = new HashMap<>();
    private final Map<PathClass, Long> served = new EnumMap<>(PathClass.class);
    private long all;
    private long tokens;
    private long withToken;

    void add(Tally t) {
        all += t.count();
        minutes.merge(t.key().minute(), t.count(), Long::sum);
        boolean isServed = t.key().classification().outcome() == Outcome.SERVED;
        if (t.key().classification().kind() == Kind.TOKEN) {
            tokens += isServed ? t.count() : 0;
        } else if (isServed) {
            served.merge(t.key().classification().pathClass(), t.count(), Long::sum);
            withToken += t.key().classification().version() == Version.V2 ? t.count() : 0;
        }
    }

    CallerRate rate(CallerFinding f, long watchedMillis, double packetsPerRequest) {
        long peak = minutes.values().stream().mapToLong(Long::longValue).max().orElse(0);
        Double percent = packetsPerRequest == 0
                ? null
                : 100.0 * peak / SECONDS_PER_MINUTE * packetsPerRequest / LinkBudget.PACKETS_PER_SECOND;
        double perSecond = all * MILLIS_PER_SECOND / watchedMillis;
        return new CallerRate(perSecond, peak, percent, habits(f.profile(), watchedMillis, perSecond));
    }

    private List<CallerRate.Habit> habits(CallerProfile profile, long watchedMillis, double perSecond) {
        List<CallerRate.Habit> out = new ArrayList<>();
        long credentials = served.getOrDefault(PathClass.CREDENTIALS, 0L);
        if (isOften(credentials, watchedMillis)) {
            out.add(new CallerRate.Habit(
                    "credentials",
                    credentials,
                    "fetched credentials " + credentials
                            + " times: they hold for hours, until their Expiration; keep one client, or its"
                            + " credentials, for the life of the program, and have a script do more in one run"));
        }
        long constants = constants(profile);
        if (isOften(constants, watchedMillis)) {
            out.add(new CallerRate.Habit(
                    "constants",
                    constants,
                    "asked " + constants
                            + " times for what does not change while the instance runs: read it once and keep it"));
        }
        if (isOften(tokens, watchedMillis) && tokens * 2 >= withToken) {
            out.add(
                    new CallerRate.Habit(
                            "tokens",
                            tokens,
                            "asked for " + Plural.of(tokens, "token") + ", and made " + Plural.of(withToken, "call")
                                    + " with them: a token holds for up to six hours; keep it, and the number of its packets halves"));
        }
        if (out.isEmpty() && perSecond >= POLLS_PER_SECOND_MIN && all >= FETCHES_MIN * FETCHES_MIN) {
            out.add(
                    new CallerRate.Habit(
                            "polling",
                            all,
                            "made " + all
                                    + " calls: nothing in the service changes that often; every five seconds is enough for spot/instance-action"));
        }
        return out;
    }

    private static boolean isOften(long count, long watchedMillis) {
        return count >= FETCHES_MIN && count * 60_000.0 / watchedMillis >= FETCHES_PER_MINUTE_MIN;
    }

    /** Requests of classes that never change, and of the rest where all paths that are known are of that kind. */
    private long constants(CallerProfile profile) {
        long sum = served.getOrDefault(PathClass.IDENTITY, 0L) + served.getOrDefault(PathClass.USER_DATA, 0L);
        boolean allKnown = profile != null
                && !profile.paths().isEmpty()
                && profile.paths().size() < CallerProfile.PATHS_MAX
                && profile.paths().stream()
                        .filter(p -> !p.endsWith("/api/token") && !p.contains("/security-credentials"))
                        .allMatch(p -> CONSTANT.matcher(p).matches());
        return allKnown ? sum + served.getOrDefault(PathClass.META_DATA, 0L) : sum;
    }
}
