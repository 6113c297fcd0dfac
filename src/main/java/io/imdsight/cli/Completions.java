package io.imdsight.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completions for the shells that picocli writes none for: zsh's own, and fish. */
final class Completions {
    private final CommandLine root;

    Completions(CommandLine root) {
        this.root = root;
    }

    String zsh() {
        StringBuilder out = new StringBuilder(
                "#compdef imdsight\n_imdsight() {\n  local context state line\n  local -a commands\n  commands=(\n");
        root.getSubcommands()
                .forEach((name, command) -> out.append("    ")
                        .append(quoted(name + ":" + brief(command.getCommandSpec())))
                        .append('\n'));
        out.append("  )\n  _arguments -C");
        zshFlags(out, root.getCommandSpec(), "    ");
        out.append(" \\\n    '1:command:->command' '*::argument:->argument'\n");
        out.append("  case $state in\n  command) _describe command commands ;;\n  argument)\n    case $words[1] in\n");
        root.getSubcommands().forEach((name, command) -> {
            out.append("    ").append(name).append(") _arguments");
            zshFlags(out, command.getCommandSpec(), "      ");
            if (!Described.parameters(command.getCommandSpec()).isEmpty()) {
                out.append(" \\\n      '*:file:_files'");
            }
            out.append(" ;;\n");
        });
        return out.append("    esac ;;\n  esac\n}\n_imdsight \"$@\"\n").toString();
    }

    private static void zshFlags(StringBuilder out, CommandSpec spec, String indent) {
        for (OptionSpec flag : Described.flags(spec)) {
            // a colon and a bracket end the parts of a specification
            String text = Described.brief(Described.text(flag)).replaceAll("[\\[\\]:\\\\]", " ");
            String action = Described.takesPath(flag)
                    ? "_files"
                    : Described.words(flag).isEmpty() ? " " : "(" + String.join(" ", Described.words(flag)) + ")";
            String value = Described.takesValue(flag) ? ":" + flag.paramLabel().replace(':', ' ') + ":" + action : "";
            String repeated = flag.isMultiValue() ? "*" : "";
            out.append(" \\\n").append(indent).append(quoted(repeated + flag.longestName() + "[" + text + "]" + value));
        }
    }

    String fish() {
        StringBuilder out = new StringBuilder("complete -c imdsight -f\n");
        fishFlags(out, root.getCommandSpec(), "__fish_use_subcommand");
        root.getSubcommands().forEach((name, command) -> {
            CommandSpec spec = command.getCommandSpec();
            out.append("complete -c imdsight -n __fish_use_subcommand -a ")
                    .append(name)
                    .append(" -d ")
                    .append(fishQuoted(brief(spec)))
                    .append('\n');
            String condition = fishQuoted("__fish_seen_subcommand_from " + name);
            if (!Described.parameters(spec).isEmpty()) {
                out.append("complete -c imdsight -n ").append(condition).append(" -F\n");
            }
            fishFlags(out, spec, condition);
        });
        return out.toString();
    }

    private static void fishFlags(StringBuilder out, CommandSpec spec, String condition) {
        for (OptionSpec flag : Described.flags(spec)) {
            List<String> words = Described.words(flag);
            String value = "";
            if (Described.takesValue(flag)) {
                value = Described.takesPath(flag) ? " -r -F" : " -x";
                value += words.isEmpty() ? "" : " -a " + fishQuoted(String.join(" ", words));
            }
            out.append("complete -c imdsight -n ")
                    .append(condition)
                    .append(" -l ")
                    .append(flag.longestName().substring(2))
                    .append(value)
                    .append(" -d ")
                    .append(fishQuoted(Described.brief(Described.text(flag))))
                    .append('\n');
        }
    }

    private static String brief(CommandSpec spec) {
        return Described.brief(Described.text(spec));
    }

    /** For zsh, as for every shell like sh. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String fishQuoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
