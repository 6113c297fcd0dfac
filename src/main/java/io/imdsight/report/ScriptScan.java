package io.imdsight.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds the lines of a script that call the metadata service. */
public final class ScriptScan {
    /** More lines than this say nothing new. */
    private static final int LINES_MAX = 3;

    private static final String TOKEN = "x-aws-ec2-metadata-token";

    private ScriptScan() {}

    /**
     * A line.
     *
     * @param number counted from 1; of a continued line the first
     * @param text the whole of a continued line
     */
    public record Line(int number, String text) {}

    /**
     * The lines that call without a token (as {@link CallSigns} tells a call); where there are none, those that send one (which was empty, then). A line that is continued with a backslash
     * is one.
     *
     * @param script the script's text
     */
    public static List<Line> calls(String script) {
        List<Line> without = new ArrayList<>();
        List<Line> with = new ArrayList<>();
        List<Line> addresses = new ArrayList<>();
        List<Line> lines = logicalLines(script);
        CallSigns signs = CallSigns.of(lines);
        for (Line line : lines) {
            String text = line.text().strip().toLowerCase(Locale.ROOT);
            boolean asks = signs.asks(text);
            boolean names = asks || CallSigns.hasAddress(text);
            if (text.startsWith("#") || text.startsWith("//") || !names || text.contains("/api/token")) {
                continue;
            }
            (text.contains(TOKEN) ? with : asks ? without : addresses).add(line);
        }
        List<Line> out = !without.isEmpty() ? without : !with.isEmpty() ? with : addresses;
        return List.copyOf(out.subList(0, Math.min(LINES_MAX, out.size())));
    }

    /** A script's lines; one that is continued with a backslash is one. */
    public static List<Line> logicalLines(String script) {
        List<Line> out = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int number = 0;
        int first = 1;
        for (String line : script.split("\n", -1)) {
            number++;
            if (open.isEmpty()) {
                first = number;
            }
            if (line.endsWith("\\")) {
                open.append(line, 0, line.length() - 1).append(' ');
                continue;
            }
            out.add(new Line(first, open.append(line).toString()));
            open.setLength(0);
        }
        if (!open.isEmpty()) {
            out.add(new Line(first, open.toString()));
        }
        return out;
    }
}
