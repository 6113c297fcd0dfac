package io.imdsight.record;

import io.imdsight.model.Caller;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was added and is not on disk yet: equal keys merged, so that it grows with the number of different things and not with their rate. Bounded: beyond
 * half of the memory a new caller's requests are kept under {@link CallerKey#OTHER}, beyond all of it they are refused.
 */
final class Waiting {
    /** A disk that fails for a day leaves some thousand minutes times a few callers; this holds about 20,000 tallies. */
    static final long BYTES_MAX = 6L << 20;

    /** Texts come from outside; what tells two callers apart stands in the first few hundred characters. */
    static final int TEXT_CHARS_MAX = 256;

    /** A path may have directories deep and long names; the file name stands at the end, which is kept. */
    static final int PATH_CHARS_MAX = 512;

    /** A tally's key, classification, count and map entry with their headers, as a heap histogram shows them, rounded up. */
    private static final int TALLY_BYTES = 200;

    /** A minute's coverage, likewise. */
    private static final int COVERAGE_BYTES = 400;

    /** A profile with its sets, likewise. */
    private static final int PROFILE_BYTES = 600;

    private static final int GAPS_MAX = 1000;

    private static final String CUT = "…";

    /** What is new of a caller. */
    static final class Profile {
        long firstSeenNanos = Long.MAX_VALUE;
        long lastSeenNanos = Long.MIN_VALUE;
        Caller example;
        boolean exampleIsV1;

        /** Whether a request carried {@code X-Forwarded-For}. */
        boolean forwarded;

        final Set<String> paths = new LinkedHashSet<>();
    }

    private final long bytesMax;
    private final Map<TallyKey, Long> tallies = new LinkedHashMap<>();
    private final Map<CallerKey, Profile> profiles = new HashMap<>();
    private final Map<Long, Coverage> coverage = new LinkedHashMap<>();
    private final List<CaptureGap> gaps = new ArrayList<>();
    private long bytes;
    private long sightings;
    private long renamed;

    Waiting(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Adds a request; false where there is no room. */
    boolean add(Sighting s) {
        TallyKey full = TallyKey.of(s);
        TallyKey key = with(full, clipped(full.caller()));
        Long count = tallies.get(key);
        if (count == null) {
            long more = TALLY_BYTES + (profiles.containsKey(key.caller()) ? 0 : profileBytes(key.caller(), s.caller()));
            if (bytes + more > bytesMax / 2) {
                key = with(key, CallerKey.OTHER);
                count = tallies.get(key);
                if (count == null && bytes + TALLY_BYTES > bytesMax) {
                    return false;
                }
                renamed++;
                more = count == null ? TALLY_BYTES : 0;
            }
            bytes += more;
        }
        tallies.put(key, count == null ? 1 : count + 1);
        if (!key.caller().equals(CallerKey.OTHER)) {
            describe(profiles.computeIfAbsent(key.caller(), k -> new Profile()), s);
        }
        sightings++;
        return true;
    }

    private void describe(Profile p, Sighting s) {
        long at = s.exchange().timestampNanos();
        p.firstSeenNanos = Math.min(p.firstSeenNanos, at);
        p.lastSeenNanos = Math.max(p.lastSeenNanos, at);
        p.forwarded |= (s.exchange().request().headers() & RequestHead.FORWARDED_FOR) != 0;
        boolean v1 = s.classification().version() == Version.V1;
        if (s.caller() != null && (p.example == null || v1 && !p.exampleIsV1)) {
            p.example = s.caller();
            p.exampleIsV1 = v1;
        }
        String target = s.exchange().request().target();
        if (target != null && p.paths.size() < CallerProfile.PATHS_MAX && bytes < bytesMax / 2) {
            String cut = head(target, PATH_CHARS_MAX);
            if (p.paths.add(cut)) {
                bytes += 80 + cut.length();
            }
        }
    }

    /** Adds to a minute; more minutes than memory are not kept, and are then not covered. */
    void add(Coverage more) {
        if (!coverage.containsKey(more.minute())) {
            if (bytes + COVERAGE_BYTES > bytesMax) {
                return;
            }
            bytes += COVERAGE_BYTES;
        }
        coverage.merge(more.minute(), more, Waiting::sum);
    }

    void add(CaptureGap gap) {
        if (gaps.size() < GAPS_MAX) {
            gaps.add(gap);
        }
    }

    Map<TallyKey, Long> tallies() {
        return tallies;
    }

    Map<CallerKey, Profile> profiles() {
        return profiles;
    }

    Map<Long, Coverage> coverage() {
        return coverage;
    }

    List<CaptureGap> gaps() {
        return gaps;
    }

    /** How many requests wait. */
    long sightings() {
        return sightings;
    }

    /** How many of them lost their caller's name for want of room. */
    long renamed() {
        return renamed;
    }

    /** The tallies are on disk; coverage and gaps may still wait. */
    void talliesWritten() {
        tallies.clear();
        profiles.clear();
        sightings = 0;
        renamed = 0;
        bytes = (long) COVERAGE_BYTES * coverage.size();
    }

    /** Coverage and gaps are on disk. */
    void coverageWritten() {
        bytes -= (long) COVERAGE_BYTES * coverage.size();
        coverage.clear();
        gaps.clear();
    }

    private static Coverage sum(Coverage a, Coverage b) {
        ConnectionCounts x = a.connections();
        ConnectionCounts y = b.connections();
        Map<KernelOnly, Long> reasons = new EnumMap<>(KernelOnly.class);
        reasons.putAll(x.reasons());
        y.reasons().forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
        Map<Drop, Long> drops = new EnumMap<>(Drop.class);
        drops.putAll(a.drops());
        b.drops().forEach((where, count) -> drops.merge(where, count, Long::sum));
        return new Coverage(
                a.minute(),
                Coverage.within(a.capturedMillis() + b.capturedMillis()),
                new ConnectionCounts(
                        x.both() + y.both(),
                        x.kernelOnly() + y.kernelOnly(),
                        x.captureOnly() + y.captureOnly(),
                        reasons),
                drops);
    }

    private static TallyKey with(TallyKey k, CallerKey caller) {
        return k.caller().equals(caller)
                ? k
                : new TallyKey(k.minute(), caller, k.classification(), k.cause(), k.evidence());
    }

    /** The key with texts of bounded length: what the ledger knows the caller by. */
    static CallerKey clipped(CallerKey k) {
        CallerKey out = new CallerKey(
                tail(k.executable()),
                head(k.title(), TEXT_CHARS_MAX),
                head(k.systemdUnit(), TEXT_CHARS_MAX),
                head(k.containerId(), TEXT_CHARS_MAX),
                head(k.podUid(), TEXT_CHARS_MAX),
                head(k.owner(), TEXT_CHARS_MAX),
                head(k.userAgent(), TEXT_CHARS_MAX),
                head(k.sourceAddress(), TEXT_CHARS_MAX),
                tail(k.script()));
        return out.equals(k) ? k : out;
    }

    private static String head(String text, int charsMax) {
        if (text == null || text.length() <= charsMax) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
        return text.substring(0, end) + CUT;
    }

    private static String tail(String text) {
        if (text == null || text.length() <= PATH_CHARS_MAX) {
            return text;
        }
        int from = text.length() - PATH_CHARS_MAX;
        return CUT + text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
    }

    private static long profileBytes(CallerKey k, Caller c) {
        long chars = chars(k.executable()) + chars(k.title()) + chars(k.userAgent()) + chars(k.systemdUnit());
        chars += chars(k.script());
        if (c != null) {
            chars += chars(c);
            for (Caller parent : c.parents()) {
                chars += 200 + chars(parent);
            }
        }
        return PROFILE_BYTES + chars;
    }

    private static long chars(Caller c) {
        long out = chars(c.executable()) + chars(c.title());
        if (c.arguments() != null) {
            for (String a : c.arguments()) {
                out += 40 + chars(a);
            }
        }
        return out;
    }

    private static long chars(String text) {
        return text == null ? 0 : text.length();
    }
}
