package io.imdsight.report;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a line with a path of the service asks for it: that wants the service's address on the line, or a name that stands for it, or a program that
 * fetches. A path alone may be a directory's.
 */
public final class CallSigns {
    /** The service's addresses and names, in small letters. */
    private static final List<String> SERVICE =
            List.of("169.254.169.254", "fd00:ec2::254", "instance-data.ec2.internal", "://instance-data");

    private static final List<String> PATHS =
            List.of("/meta-data", "/user-data", "/dynamic/instance-identity", "/latest/");

    /** Programs and functions that fetch. */
    private static final Pattern FETCHES = Pattern.compile(
            "\\b(?:curl|wget|ec2-?metadata|http|https|httpie|xh|aria2c|lwp-request|invoke-restmethod|invoke-webrequest|irm|iwr|urlopen"
                    + "|file_get_contents|netcat|nc|socat|telnet|downloadstring)\\b(?!:)"
                    + "|\\b(?:requests|http|https|axios|session|client|httpx|urllib|resty|httpclient)\\.\\w*(?:get|fetch|request|open|do)\\w*\\s*\\("
                    + "|\\bfetch\\s*\\(");

    /** {@code URL=…}, {@code my $url = …}, {@code base: "…"}, {@code set url …}, {@code #define URL …}: the name, before the address on its line. */
    private static final Pattern ASSIGNED = Pattern.compile(
            "(?:^|[\\s;({,'\"$@.])([a-z_][a-z0-9_]{0,63})['\"]?\\s*(?::?=(?!=)|:)[^=]|^\\s*(?:set|setenv|#define)\\s+([a-z_][a-z0-9_]{0,63})\\s");

    /** {@code imds()}, {@code function imds}, {@code def imds}: what is called so may hold the address. */
    private static final Pattern DEFINED = Pattern.compile(
            "^\\s*(?:(?:function|def|func|sub)\\s+([a-z_][a-z0-9_]{0,63})|([a-z_][a-z0-9_-]{0,63})\\s*\\(\\s*\\)\\s*\\{?)");

    /** Names that stand for the address in one text; more is no script of a person's. */
    private static final int NAMES_MAX = 64;

    private static final Pattern WORD = Pattern.compile("[a-z_][a-z0-9_-]*");

    private final Set<String> names = new HashSet<>();

    private CallSigns() {}

    /** Reads the names from all lines of a text. */
    public static CallSigns of(List<ScriptScan.Line> lines) {
        CallSigns out = new CallSigns();
        String function = null;
        for (ScriptScan.Line line : lines) {
            String lower = line.text().toLowerCase(Locale.ROOT);
            Matcher defined = DEFINED.matcher(lower);
            if (defined.find()) {
                function = defined.group(1) != null ? defined.group(1) : defined.group(2);
            } else if (!lower.isBlank() && !Character.isWhitespace(lower.charAt(0)) && lower.charAt(0) != '}') {
                function = null; // not indented: no longer in there
            }
            int at = out.at(lower);
            if (at >= 0) {
                out.add(function);
                Matcher assigned = ASSIGNED.matcher(lower).region(0, at);
                while (assigned.find()) {
                    out.add(assigned.group(1) != null ? assigned.group(1) : assigned.group(2));
                }
            }
        }
        return out;
    }

    private void add(String name) {
        if (name != null && names.size() < NAMES_MAX) {
            names.add(name);
        }
    }

    /** Whether a line names the service's address itself. */
    public static boolean hasAddress(String lower) {
        return SERVICE.stream().anyMatch(lower::contains);
    }

    /** Whether a line has a path of the service, or one that looks so. */
    public static boolean hasPath(String lower) {
        return PATHS.stream().anyMatch(lower::contains);
    }

    /** Whether a line asks for a path of the service, as far as one line shows. */
    public boolean asks(String lower) {
        return hasPath(lower) && (at(lower) >= 0 || FETCHES.matcher(lower).find());
    }

    /** Where the address stands, or a name for it; below 0 where neither does. */
    private int at(String lower) {
        for (String address : SERVICE) {
            if (lower.contains(address)) {
                return lower.indexOf(address);
            }
        }
        if (names.isEmpty()) {
            return -1;
        }
        Matcher word = WORD.matcher(lower);
        while (word.find()) {
            if (names.contains(word.group())) {
                return word.start();
            }
        }
        return -1;
    }
}
