package io.imdsight.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * What holds where a flag is not given: the environment, then the configuration file. Every value is checked when it is read, whether or not
 * this run needs it, so that a mistake shows at once and with its place.
 */
final class Settings implements IDefaultValueProvider {
    static final Path DEFAULT_FILE = Path.of("/etc/imdsight/imdsight.conf");
    static final String ENVIRONMENT_PREFIX = "IMDSIGHT_";

    /** Flags that make no sense as a setting. */
    private static final Set<String> FLAGS_ONLY = Set.of("config", "help", "version", "check-config");

    /** Variables of the launcher, the build, and the tests. */
    private static final Set<String> OTHER_VARIABLES =
            Set.of("IMDSIGHT_CONFIG", "IMDSIGHT_JAVA_OPTIONS", "IMDSIGHT_SHARED", "IMDSIGHT_CORPUS");

    private static final String DEMO_PREFIX = ENVIRONMENT_PREFIX + "DEMO_";

    private final Map<String, String> values = new HashMap<>();

    private Settings() {}

    /**
     * Reads environment and file.
     *
     * @param root all commands: their flags are the names that may be set
     * @param configFlag the value of --config; null where it was not given
     * @param defaultFile the file that is read, where it exists, if neither flag nor environment names one
     * @throws Failure with status 78 where a name or a value is wrong, or a named file is missing
     */
    static Settings load(CommandLine root, String configFlag, Map<String, String> environment, Path defaultFile) {
        Map<String, OptionSpec> known = options(root);
        Settings out = new Settings();
        String named = configFlag != null ? configFlag : environment.get(ENVIRONMENT_PREFIX + "CONFIG");
        out.readFile(known, named == null ? defaultFile : path(named), named != null);
        for (Map.Entry<String, OptionSpec> option : known.entrySet()) {
            String variable = variable(option.getKey());
            String value = environment.get(variable);
            if (value != null && !value.isBlank()) {
                out.values.put(
                        option.getKey(), checked(option.getValue(), value.strip(), "environment variable " + variable));
            }
        }
        return out;
    }

    /**
     * Which status it is that settings contradict each other, or the command: wrong usage where one of them stands on the command line, otherwise the
     * configuration is wrong.
     *
     * @param flags with their dashes
     */
    static int wrongStatus(CommandSpec command, String... flags) {
        ParseResult line = command == null || command.commandLine() == null
                ? null
                : command.commandLine().getParseResult();
        return line == null || Arrays.stream(flags).anyMatch(line::hasMatchedOption)
                ? ExitStatus.USAGE
                : ExitStatus.CONFIGURATION;
    }

    /** Variables that look like ours and are none, in order; probably misspelt. */
    static List<String> unknownVariables(CommandLine root, Map<String, String> environment) {
        Set<String> known = new HashSet<>();
        for (String name : options(root).keySet()) {
            known.add(variable(name));
        }
        return environment.keySet().stream()
                .filter(name -> name.startsWith(ENVIRONMENT_PREFIX) && !known.contains(name))
                .filter(name -> !isOtherVariable(name))
                .sorted()
                .toList();
    }

    /** Whether a variable is ours and no setting. */
    static boolean isOtherVariable(String name) {
        return name.startsWith(DEMO_PREFIX) || OTHER_VARIABLES.contains(name);
    }

    /** The value of a flag among arguments that nobody has parsed yet; null where it is not there. */
    static String flag(String name, String[] args) {
        String out = null;
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            if (args[i].equals(name) && i + 1 < args.length) {
                out = args[i + 1];
            } else if (args[i].startsWith(name + "=")) {
                out = args[i].substring(name.length() + 1);
            }
        }
        return out;
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        return argument.isOption() ? values.get(name((OptionSpec) argument)) : null;
    }

    private static Path path(String named) {
        try {
            if (named.isEmpty()) {
                throw new Failure(ExitStatus.CONFIGURATION, "no name of a configuration file; check --config");
            }
            return Path.of(named);
        } catch (InvalidPathException e) {
            throw new Failure(
                    ExitStatus.CONFIGURATION,
                    "no configuration file " + named + ": " + e.getReason() + "; check --config",
                    e);
        }
    }

    private void readFile(Map<String, OptionSpec> known, Path path, boolean named) {
        refuseOddFile(path);
        try (InputStream in = Files.newInputStream(path)) {
            Map<String, Integer> lines = new HashMap<>();
            for (ConfigurationFile.Entry e : ConfigurationFile.read(in, path.toString())) {
                String place = path + ":" + e.line();
                OptionSpec option = known.get(e.name());
                if (option == null) {
                    throw new Failure(
                            ExitStatus.CONFIGURATION,
                            place + ": unknown name '" + UsageWords.cut(e.name()) + "'; known are "
                                    + String.join(", ", known.keySet()));
                }
                String value = checked(option, e.value(), place);
                Integer before = lines.put(e.name(), e.line());
                if (before != null && !option.isMultiValue()) {
                    throw new Failure(
                            ExitStatus.CONFIGURATION,
                            place + ": " + e.name() + " is set already in line " + before + "; keep one of them");
                }
                values.merge(e.name(), value, (a, b) -> a + "," + b);
            }
        } catch (NoSuchFileException e) {
            if (named) {
                throw new Failure(ExitStatus.CONFIGURATION, "no configuration file " + path + "; check --config", e);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitStatus.CONFIGURATION,
                    "cannot read configuration file " + path + ": " + Failures.reason(e)
                            + "; make it readable, or name another with --config",
                    e);
        }
    }

    /** Opening a pipe waits for whoever writes it, which may be nobody. What a device gives is no configuration, but /dev/null's, which is none. */
    static void refuseOddFile(Path path) {
        try {
            if (!Files.exists(path) || Files.isRegularFile(path) || Files.isSameFile(path, Path.of("/dev/null"))) {
                return;
            }
        } catch (IOException e) {
            return; // reading it says why
        }
        throw new Failure(
                ExitStatus.CONFIGURATION,
                "cannot read configuration file " + path + ": it is "
                        + (Files.isDirectory(path) ? "a directory" : "a pipe, a socket or a device")
                        + "; name a file with --config");
    }

    private static String checked(OptionSpec option, String value, String place) {
        if (option.type() == boolean.class) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "1", "true", "yes", "on" -> "true";
                case "0", "false", "no", "off" -> "false";
                default ->
                    throw wrong(option, place, "'" + UsageWords.cut(value) + "' is neither true nor false", null);
            };
        }
        for (String part : option.isMultiValue() ? value.split(",", -1) : new String[] {value}) {
            for (ITypeConverter<?> converter : option.converters()) {
                try {
                    converter.convert(part);
                } catch (Exception e) {
                    throw wrong(option, place, e.getMessage().replace(part, UsageWords.cut(part)), e);
                }
            }
        }
        return value;
    }

    private static Failure wrong(OptionSpec option, String place, String what, Exception cause) {
        return new Failure(ExitStatus.CONFIGURATION, place + ": bad value for " + name(option) + ": " + what, cause);
    }

    /** Every command's flags by name, as the one file serves all commands. */
    private static Map<String, OptionSpec> options(CommandLine root) {
        Map<String, OptionSpec> out = new TreeMap<>();
        for (CommandLine command : root.getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (isSetting(option)) {
                    out.putIfAbsent(name(option), option);
                }
            }
        }
        return out;
    }

    /** Whether a flag can stand in file and environment. */
    static boolean isSetting(OptionSpec option) {
        return !option.hidden() && !FLAGS_ONLY.contains(name(option));
    }

    /** {@code state-dir}. */
    static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** {@code IMDSIGHT_STATE_DIR}. */
    static String variable(String name) {
        return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
