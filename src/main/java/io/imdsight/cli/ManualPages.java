package io.imdsight.cli;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Manual pages in the macros of man(7). */
final class ManualPages {
    private static final String[][] STATUSES = {
        {"0", "done; audit: ready"},
        {"1", "audit: blocked"},
        {"2", "audit: inconclusive"},
        {"64", "wrong usage"},
        {"65", "an input file is damaged; what could be read was printed"},
        {"66", "there is no such input"},
        {"69", "capture is not possible here; the message says what is missing"},
        {"70", "internal error"},
        {"77", "not permitted; the message names the capability"},
        {"78", "the configuration is wrong"},
    };

    private final CommandLine root;
    private final LocalDate date;

    /** @param date what the pages' footers show */
    ManualPages(CommandLine root, LocalDate date) {
        this.root = root;
        this.date = date;
    }

    String overview() {
        StringBuilder out =
                begin("IMDSIGHT", 1, "imdsight", "find callers of the instance metadata service without a token");
        out.append(".B imdsight\n.I COMMAND\n.RI [ FLAG \\&...]\n");
        section(out, "DESCRIPTION")
                .append(escaped(Described.text(root.getCommandSpec())))
                .append('\n');
        section(out, "COMMANDS");
        root.getSubcommands()
                .forEach((name, command) -> item(
                        out, "\\fBimdsight\\-" + escaped(name) + "\\fR(1)", Described.text(command.getCommandSpec())));
        flags(out, root.getCommandSpec());
        end(out);
        return out.toString();
    }

    String command(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        String name = "imdsight-" + spec.name();
        String text = Described.text(spec);
        String brief = Described.brief(text);
        StringBuilder out = begin(
                name.toUpperCase(Locale.ROOT),
                1,
                name,
                brief.substring(0, 1).toLowerCase(Locale.ROOT) + brief.substring(1));
        out.append(".B imdsight ").append(escaped(spec.name())).append("\n.RI [ FLAG \\&...]\n");
        for (PositionalParamSpec p : Described.parameters(spec)) {
            out.append(".I ").append(escaped(p.paramLabel())).append("\n");
        }
        section(out, "DESCRIPTION").append(escaped(text)).append('\n');
        for (PositionalParamSpec p : Described.parameters(spec)) {
            item(out, "\\fI" + escaped(p.paramLabel()) + "\\fR", Described.text(p));
        }
        flags(out, spec);
        end(out);
        return out.toString();
    }

    /** Every flag of every command but those that cannot stand in the file. */
    String configurationFile() {
        StringBuilder out = begin("IMDSIGHT.CONF", 5, "imdsight.conf", "settings of imdsight");
        out.append(".I /etc/imdsight/imdsight.conf\n");
        section(out, "DESCRIPTION");
        out.append("A line is\n.IB name \" = \" value\\fR,\nor empty, or a comment after\n.BR # .\n");
        out.append(
                "Each name is that of a flag without its dashes. A flag on the command line goes before the environment\n");
        out.append("(\\fBIMDSIGHT_NAME\\fR), the environment before the file, the file before the default.\n");
        out.append("A flag that may be repeated may stand on several lines.\n");
        section(out, "SETTINGS");
        Map<String, String> settings = new TreeMap<>();
        for (CommandLine command : root.getSubcommands().values()) {
            for (OptionSpec flag : Described.flags(command.getCommandSpec())) {
                if (!flag.usageHelp() && !flag.longestName().matches("--(config|check-config)")) {
                    String value = Described.takesValue(flag) ? flag.paramLabel() : "true|false";
                    settings.putIfAbsent(
                            "\\fB" + escaped(flag.longestName().substring(2)) + "\\fR = \\fI" + escaped(value) + "\\fR",
                            Described.text(flag));
                }
            }
        }
        settings.forEach((name, text) -> item(out, name, text));
        section(out, "SEE ALSO").append(".BR imdsight (1)\n");
        return out.toString();
    }

    private StringBuilder begin(String title, int number, String name, String brief) {
        return new StringBuilder()
                .append(".TH \"")
                .append(title)
                .append("\" ")
                .append(number)
                .append(" \"")
                .append(date)
                .append("\" \"imdsight\" \"imdsight\"\n.nh\n.ad l\n.SH NAME\n")
                .append(escaped(name))
                .append(" \\- ")
                .append(escaped(brief))
                .append("\n.SH SYNOPSIS\n");
    }

    private static StringBuilder section(StringBuilder out, String title) {
        return out.append(".SH ").append(title).append('\n');
    }

    private static void item(StringBuilder out, String head, String text) {
        out.append(".TP\n").append(head).append('\n').append(escaped(text)).append('\n');
    }

    private static void flags(StringBuilder out, CommandSpec spec) {
        section(out, "FLAGS");
        for (OptionSpec flag : Described.flags(spec)) {
            String value = Described.takesValue(flag) ? " \\fI" + escaped(flag.paramLabel()) + "\\fR" : "";
            item(out, "\\fB" + escaped(flag.longestName()) + "\\fR" + value, Described.text(flag));
        }
    }

    private static void end(StringBuilder out) {
        section(out, "EXIT STATUS");
        for (String[] status : STATUSES) {
            item(out, ".B " + status[0], status[1]);
        }
        section(out, "FILES");
        item(out, ".I /etc/imdsight/imdsight.conf", "settings, see imdsight.conf(5)");
        item(out, ".I /var/lib/imdsight", "what the agent keeps");
        section(out, "SEE ALSO").append(".BR imdsight (1),\n.BR imdsight.conf (5)\n");
    }

    /** Text that roff takes for text: dashes that can be copied, no request at the begin of a line. */
    private static String escaped(String text) {
        String out = text.replace("\\", "\\(rs").replace("-", "\\-");
        return out.startsWith(".") || out.startsWith("'") ? "\\&" + out : out;
    }
}
