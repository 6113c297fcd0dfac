package io.imdsight.report.scan;

import io.imdsight.report.CallSigns;
import io.imdsight.report.ScriptScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Judges the text of a script, unit, cron table or user-data: does it name the metadata service, and never the token header? */
public final class ScriptAtRest {
    /** The service's addresses and names; a text without any of them is none of this. */
    private static final List<String> ADDRESSES =
            List.of("169.254.169.254", "fd00:ec2::254", "instance-data.ec2.internal", "://instance-data/");

    /** Part of the names of both headers: programs write them in pieces. */
    private static final String TOKEN = "aws-ec2-metadata-token";

    /** Lines that keep something away from the service, or route to it, and are no call. */
    private static final Pattern NO_CALL =
            Pattern.compile("no_?proxy|iptables|nftables|\\bnft |ip (?:-6 )?(?:route|rule|addr)|route add|firewall");

    private static final Pattern FOREIGN = Pattern.compile("computemetadata|metadata/instance|/opc/v|/openstack");

    /** Words of programs that ask the same address for another cloud; they name no path of this one's. */
    private static final List<String> FOREIGN_WORDS = List.of("metadata-flavor", "computemetadata", "gce_metadata");

    /** curl or wget with the whole address on the line, no header, and no variable in which one could stand. */
    private static final Pattern PLAIN_CALL = Pattern.compile(
            "\\b(?:curl|wget)\\b(?![^|;&]*(?:\\s-\\w*h\\b|--header|\\s-\\w*k\\s|--config))[^$|;&]*http://");

    private static final List<String> COMMENTS = List.of("#", "//", "/*", "*", "<!--", ";", "rem ");

    /** Why a script is listed that has an address and no call. */
    static final String NAMES = "names the metadata service's address, and the token header nowhere";

    /** More lines say nothing new. */
    private static final int LINES_MAX = 3;

    private ScriptAtRest() {}

    /**
     * What was found.
     *
     * @param why why the script is listed
     * @param lines the lines that say so
     */
    public record Suspicion(String why, List<ScriptScan.Line> lines) {}

    /** Whether a text names the service at all: cheap, for all the files of a disk. */
    public static boolean namesService(String text) {
        return text.contains("169.254.169.254") || text.contains("fd00:ec2::254") || text.contains("instance-data");
    }

    /** What is to be said of a text; null where nothing is. */
    public static Suspicion judge(String text) {
        String whole = text.toLowerCase(Locale.ROOT);
        if (ADDRESSES.stream().noneMatch(whole::contains)) {
            return null;
        }
        boolean tokens = whole.contains(TOKEN);
        List<ScriptScan.Line> calls = new ArrayList<>();
        List<ScriptScan.Line> names = new ArrayList<>();
        List<ScriptScan.Line> lines = ScriptScan.logicalLines(text);
        CallSigns signs = CallSigns.of(lines);
        for (ScriptScan.Line line : lines) {
            String lower = line.text().strip().toLowerCase(Locale.ROOT);
            boolean address = ADDRESSES.stream().anyMatch(lower::contains);
            boolean path = address ? CallSigns.hasPath(lower) : signs.asks(lower);
            if (!address && !path || isNoCall(lower)) {
                continue;
            }
            if (tokens) {
                if (address
                        && path
                        && !lower.contains(TOKEN)
                        && PLAIN_CALL.matcher(lower).find()) {
                    calls.add(line);
                }
            } else {
                (path ? calls : names).add(line);
            }
        }
        boolean foreign = calls.isEmpty() && FOREIGN_WORDS.stream().anyMatch(whole::contains);
        return foreign ? null : suspicion(tokens, calls, names);
    }

    private static boolean isNoCall(String lower) {
        return COMMENTS.stream().anyMatch(lower::startsWith)
                || lower.contains("/api/token")
                || NO_CALL.matcher(lower).find()
                || FOREIGN.matcher(lower).find();
    }

    private static Suspicion suspicion(boolean tokens, List<ScriptScan.Line> calls, List<ScriptScan.Line> names) {
        boolean whole = names.stream()
                .anyMatch(l -> ADDRESSES.stream().anyMatch(l.text().toLowerCase(Locale.ROOT)::contains));
        boolean called = calls.stream()
                .anyMatch(l -> ADDRESSES.stream().anyMatch(l.text().toLowerCase(Locale.ROOT)::contains));
        if (!whole && !called) {
            return null; // nothing but comments name the address
        }
        List<ScriptScan.Line> shown = !calls.isEmpty() ? calls : names;
        String why = tokens
                ? "has a call without a token beside the token header"
                : !calls.isEmpty() ? "asks the metadata service, and names the token header nowhere" : NAMES;
        return new Suspicion(why, List.copyOf(shown.subList(0, Math.min(LINES_MAX, shown.size()))));
    }
}
