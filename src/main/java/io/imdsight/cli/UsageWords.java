package io.imdsight.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, as a sentence. */
final class UsageWords {
    /** Of a wrong word, in characters: enough to know it again. */
    private static final int WORD_CHARACTERS_MAX = 200;

    private UsageWords() {}

    static String of(ParameterException e) {
        CommandLine command = e.getCommandLine();
        return switch (e) {
            case UnmatchedArgumentException u -> unmatched(command, u);
            case MissingParameterException m -> missing(command, m.getMissing());
            case OverwrittenOptionException o -> name(o.getOverwritten()) + " is given more than once; give it once";
            default -> value(command, e);
        };
    }

    private static String unmatched(CommandLine command, UnmatchedArgumentException e) {
        String first = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
        boolean top = command.getParent() == null;
        boolean flag = first.startsWith("-") && first.length() > 1;
        List<String> similar = new ArrayList<>(e.getSuggestions());
        similar.removeIf(s -> s.startsWith("-") != flag);
        String did = similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
        if (flag) {
            return (top ? "there is no flag " : command.getCommandName() + " has no flag ") + cut(first) + did;
        }
        return top
                ? "there is no command " + quoted(first)
                        + (did.isEmpty()
                                ? "; commands are "
                                        + String.join(
                                                ", ", command.getSubcommands().keySet())
                                : did)
                : command.getCommandName() + " takes flags only, and " + quoted(first) + " is none" + did;
    }

    private static String missing(CommandLine command, List<ArgSpec> missing) {
        if (missing.isEmpty()) {
            return "something is missing";
        }
        ArgSpec first = missing.getFirst();
        if (first instanceof OptionSpec o) {
            return name(o) + " needs a value: " + o.paramLabel();
        }
        List<String> unknown = command.getUnmatchedArguments();
        if (!unknown.isEmpty()) {
            return unmatched(command, new UnmatchedArgumentException(command, unknown));
        }
        return command.getCommandName() + " needs "
                + missing.stream().map(ArgSpec::paramLabel).distinct().collect(Collectors.joining(" and "));
    }

    /** Our converters say what is wrong, and what would be right; what is left is a value where none belongs. */
    private static String value(CommandLine command, ParameterException e) {
        if (command.getParent() == null && e.getArgSpec() == null && e.getValue() == null) {
            return "no command is given; commands are "
                    + String.join(", ", command.getSubcommands().keySet());
        }
        if (!(e.getArgSpec() instanceof OptionSpec option)) {
            return e.getMessage().replace('\n', ' ');
        }
        if (!Described.takesValue(option) && option.type() == boolean.class) {
            return name(option) + " takes no value: give it or leave it out";
        }
        String message = e.getMessage().replace('\n', ' ');
        String jargon = "Invalid value for option '" + name(option) + "'";
        if (e.getValue() != null && !e.getValue().isEmpty()) {
            message = message.replace(e.getValue(), cut(e.getValue()));
        }
        int at = message.startsWith(jargon) ? message.indexOf(": ", jargon.length()) : -1;
        return at < 0 ? message : "bad value for " + name(option) + message.substring(at);
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec o ? o.longestName() : argument.paramLabel();
    }

    private static String quoted(String word) {
        return "'" + cut(word) + "'";
    }

    /** As much of a wrong word as it is known by. */
    static String cut(String word) {
        return word.length() <= WORD_CHARACTERS_MAX ? word : word.substring(0, WORD_CHARACTERS_MAX) + "…";
    }
}
