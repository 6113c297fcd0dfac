package io.imdsight.report;

import io.imdsight.model.Plural;
import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Code at rest that may call without a token, in words. */
final class RestWording {
    static final String HEADING = "May call one day without a token: found on the disk, not judged";

    /** Groups listed whole, and places of each; the JSON has all. */
    private static final int GROUPS_MAX = 60;

    private static final int PLACES_MAX = 5;
    private static final int LABEL = 13;
    private static final int LINE_CHARACTERS_MAX = 240;

    private RestWording() {}

    /** The same thing in several places. */
    record Group(PossibleCaller first, List<PossibleCaller> all) {}

    /** Possible callers that are the same, together: a library lies in many places. Scripts are each on their own. */
    static List<Group> groups(ScanResult scan) {
        Map<List<String>, Group> out = new LinkedHashMap<>();
        for (PossibleCaller c : scan.found()) {
            String own = c.clientId() == null ? c.place() : "";
            out.computeIfAbsent(List.of(c.kind(), own, c.title(), c.why()), k -> new Group(c, new ArrayList<>()))
                    .all()
                    .add(c);
        }
        return List.copyOf(out.values());
    }

    /** The section of the text report, without its heading. */
    static List<String> lines(ScanResult scan) {
        List<String> out = new ArrayList<>();
        List<Group> groups = groups(scan);
        if (groups.isEmpty()) {
            out.add("  nothing was found");
        }
        for (Group g : groups.subList(0, Math.min(GROUPS_MAX, groups.size()))) {
            PossibleCaller c = g.first();
            out.add("  - " + cut(c.title()) + "  [" + c.kind() + "]");
            field(out, "why", c.why());
            places(out, g);
            c.lines().forEach(l -> field(out, "line " + l.number(), cut(l.text().strip())));
            field(out, "do", c.change());
        }
        if (groups.size() > GROUPS_MAX) {
            out.add("  … and " + (groups.size() - GROUPS_MAX) + " more; --json FILE has all of them");
        }
        out.add("  " + summary(scan));
        scan.misses().forEach(m -> out.add("  not looked at: " + miss(m)));
        return out;
    }

    private static void places(List<String> out, Group g) {
        String label = "where";
        for (PossibleCaller c : g.all().subList(0, Math.min(PLACES_MAX, g.all().size()))) {
            field(out, label, cut(c.where()) + (c.owner() == null ? "" : "  (package " + c.owner() + ")"));
            if (c.seenLive() != null) {
                field(out, "live", cut(c.seenLive()));
            }
            label = "";
        }
        if (g.all().size() > PLACES_MAX) {
            field(out, "", "and " + Plural.of(g.all().size() - PLACES_MAX, "more place"));
        }
    }

    /** How far the scan came. */
    static String summary(ScanResult scan) {
        StringJoiner out = new StringJoiner(", ");
        out.add("scanned " + String.join(", ", scan.roots()) + " in " + Durations.of(scan.elapsedMillis()));
        out.add(Plural.of(scan.files(), "file"));
        out.add((scan.bytesRead() + (1 << 20) - 1 >> 20) + " MiB read");
        out.add(Plural.of(scan.found().size() + scan.unlisted(), "possible caller"));
        out.add("known packages new enough: " + scan.newEnough());
        if (scan.unlisted() > 0) {
            out.add(scan.unlisted() + " not listed: too many");
        }
        return out.toString();
    }

    /** What was not looked at. */
    static String miss(ScanResult.Miss m) {
        String many = m.count() > 1 ? " (" + m.count() + ", the first: " : " (";
        return m.reason() + (m.example() == null ? "" : many + cut(m.example()) + ")");
    }

    private static void field(List<String> out, String name, String value) {
        String label = name.isEmpty() ? "" : name + ":";
        out.add("     " + label + " ".repeat(Math.max(1, LABEL - label.length())) + value);
    }

    private static String cut(String text) {
        if (text.length() <= LINE_CHARACTERS_MAX) {
            return text;
        }
        boolean half = Character.isHighSurrogate(text.charAt(LINE_CHARACTERS_MAX - 1));
        return text.substring(0, half ? LINE_CHARACTERS_MAX - 1 : LINE_CHARACTERS_MAX) + "…";
    }
}
