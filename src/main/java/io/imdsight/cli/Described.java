package io.imdsight.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What a command, a flag or a parameter says about itself, as one line of text. */
final class Described {
    private Described() {}

    static String text(CommandSpec command) {
        return line(command.usageMessage().description());
    }

    static String text(ArgSpec argument) {
        String value = argument.defaultValue();
        return line(argument.description()).replace("${DEFAULT-VALUE}", value == null ? "none" : value);
    }

    /** The part before the first full stop, for a menu. */
    static String brief(String text) {
        int end = text.indexOf(". ");
        String out = end < 0 ? text : text.substring(0, end);
        return out.endsWith(".") ? out.substring(0, out.length() - 1) : out;
    }

    /** Those that people are meant to see. */
    static List<OptionSpec> flags(CommandSpec command) {
        return command.options().stream().filter(o -> !o.hidden()).toList();
    }

    static List<PositionalParamSpec> parameters(CommandSpec command) {
        return command.positionalParameters().stream().filter(p -> !p.hidden()).toList();
    }

    /** The fixed words that a flag takes, from its label, as in {@code text|json}; a word in capitals stands for any value. */
    static List<String> words(OptionSpec flag) {
        return Arrays.stream(flag.paramLabel().split("\\|"))
                .filter(w -> w.matches("[a-z0-9-]+"))
                .toList();
    }

    static boolean takesValue(OptionSpec flag) {
        return flag.arity().max() > 0;
    }

    static boolean takesPath(ArgSpec argument) {
        return argument.paramLabel().contains("FILE") || argument.paramLabel().contains("DIR");
    }

    private static String line(String[] parts) {
        return String.join(" ", parts).replace("%n", " ").replace("%%", "%").strip();
    }
}
