package io.imdsight.cli;

import io.imdsight.model.Escaped;
import io.imdsight.model.Labelled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Settings as they would be written down: read again, they give what they were. */
final class ShownSettings {
    private static final int KIBI_SHIFT = 10;
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB"};

    private ShownSettings() {}

    /** A value in the grammar of {@link Values}; null where there is none. */
    static String value(Object value) {
        return switch (value) {
            case null -> null;
            case Labelled l -> l.label();
            case Duration d -> Values.text(d);
            case Long bytes -> size(bytes);
            case List<?> l ->
                l.isEmpty() ? null : l.stream().map(ShownSettings::value).collect(Collectors.joining(","));
            default -> value.toString();
        };
    }

    /** The only whole numbers of 64 bits among the settings are sizes. */
    private static String size(long bytes) {
        int unit = 0;
        long number = bytes;
        while (unit < SIZES.length - 1 && number != 0 && number % (1 << KIBI_SHIFT) == 0) {
            number >>= KIBI_SHIFT;
            unit++;
        }
        return number + SIZES[unit];
    }

    /** The command's settings as a configuration file; what is not set, or cannot stand in a file, as a comment. */
    static String file(CommandSpec command) {
        StringBuilder out = new StringBuilder();
        for (OptionSpec option : command.options()) {
            if (Settings.isSetting(option)) {
                out.append(line(Settings.name(option), value(option.getValue())))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static String line(String name, String value) {
        if (value == null) {
            return "# " + name + " is not set";
        }
        String line = name + " = " + value;
        return isReadBack(line, name, value)
                ? line
                : "# " + name + " is " + Escaped.of(value) + ", which a file cannot hold; give it as a flag";
    }

    private static boolean isReadBack(String line, String name, String value) {
        try {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            return ConfigurationFile.read(new ByteArrayInputStream(bytes), "settings")
                            .equals(List.of(new ConfigurationFile.Entry(name, value, 1)))
                    && Escaped.of(line).equals(line);
        } catch (IOException | Failure e) {
            return false;
        }
    }
}
