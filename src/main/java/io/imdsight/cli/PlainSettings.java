package io.imdsight.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads the agent's flags, environment and configuration file where they are plain and right, without the library that does so for all commands: an
 * agent that has been started would never give its classes back. Whatever is out of the ordinary (a mistake, help, a setting of another command's, a
 * value in quotes) is left to the library, which reads all of it anew and says what is wrong.
 */
final class PlainSettings {
    /** What holds where nobody says anything, in the order of the command's own description. A test compares both. */
    static final String[][] DEFAULTS = {
        {"config", null},
        {"interface", "auto"},
        {"endpoint", null},
        {"port", "80"},
        {"format", "text"},
        {"state-dir", "/var/lib/imdsight"},
        {"debug", "false"},
        {"for", null},
        {"retention", "400d"},
        {"ledger-bytes-max", "256MiB"},
        {"ledger-callers-max", "1000"},
        {"no-ledger", "false"},
        {"log", "calls"},
        {"log-every", "1h"},
        {"events", "auto"},
        {"feed", null},
        {"feed-every", "1m"},
        {"rotate-size", "16MiB"},
        {"rotate-age", "1d"},
        {"rotate-files", "8"},
        {"listen", "127.0.0.1:16925"},
        {"cloudwatch", "false"},
        {"emf", null},
        {"cloudwatch-namespace", "imdsight"},
        {"cloudwatch-region", null},
        {"cloudwatch-endpoint", null},
        {"cloudwatch-dimension", null},
        {"cloudwatch-metrics", "all"},
        {"cloudwatch-top-callers", "0"},
        {"cloudwatch-interval", "5m"},
        {"cloudwatch-quiet-interval", "30m"},
    };

    static final Set<String> SWITCHES = Set.of("debug", "no-ledger", "cloudwatch");
    private static final Set<String> LISTS = Set.of("endpoint", "cloudwatch-dimension");
    private static final String CONFIG = "config";

    private final Map<String, String> values = new HashMap<>();

    private PlainSettings() {
        for (String[] d : DEFAULTS) {
            values.put(d[0], d[1]);
        }
    }

    /** Something that is not plain. */
    private static final class Odd extends RuntimeException {
        private static final long serialVersionUID = 1;

        Odd() {
            super(null, null, false, false);
        }
    }

    /**
     * The agent, ready to run; null where the library has to read the arguments.
     *
     * @param again see {@link AgentCommand}
     */
    static AgentCommand agent(String[] args, Console console, Path defaultFile, Supplier<AgentCommand> again) {
        if (args.length == 0 || !args[0].equals("agent")) {
            return null;
        }
        try {
            PlainSettings read = new PlainSettings();
            Map<String, String> flags = read.flags(args);
            Map<String, String> environment = read.environment(console.environment());
            String named =
                    flags.getOrDefault(CONFIG, console.environment().get(Settings.ENVIRONMENT_PREFIX + "CONFIG"));
            read.file(named == null ? defaultFile : new Converters.PathConverter().convert(named), named != null);
            read.values.putAll(environment);
            read.values.putAll(flags);
            AgentCommand out = new AgentCommand(console, again);
            for (Map.Entry<String, String> e : read.values.entrySet()) {
                if (e.getValue() != null) {
                    set(out, e.getKey(), e.getValue());
                }
            }
            out.check();
            return out;
        } catch (RuntimeException | IOException e) {
            return null;
        }
    }

    private Map<String, String> flags(String[] args) {
        Map<String, String> out = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String name =
                    known(args[i].startsWith("--") ? args[i].substring(2, equals < 0 ? args[i].length() : equals) : "");
            String value;
            if (SWITCHES.contains(name)) {
                value = equals < 0 ? "true" : odd();
            } else if (equals >= 0) {
                value = args[i].substring(equals + 1);
            } else {
                value = ++i < args.length ? args[i] : odd();
            }
            add(out, name, plain(value));
        }
        return out;
    }

    private Map<String, String> environment(Map<String, String> variables) {
        Map<String, String> out = new HashMap<>();
        for (Map.Entry<String, String> e : variables.entrySet()) {
            if (e.getKey().startsWith(Settings.ENVIRONMENT_PREFIX) && !Settings.isOtherVariable(e.getKey())) {
                String name = e.getKey()
                        .substring(Settings.ENVIRONMENT_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
                if (!Settings.variable(setting(name)).equals(e.getKey())) {
                    odd();
                }
                if (!e.getValue().isBlank()) {
                    out.put(name, truth(name, plain(e.getValue().strip())));
                }
            }
        }
        return out;
    }

    private void file(Path path, boolean named) throws IOException {
        Settings.refuseOddFile(path);
        try (InputStream in = Files.newInputStream(path)) {
            Map<String, String> out = new HashMap<>();
            for (ConfigurationFile.Entry e : ConfigurationFile.read(in, path.toString())) {
                add(out, setting(e.name()), truth(e.name(), plain(e.value())));
            }
            values.putAll(out);
        } catch (NoSuchFileException e) {
            if (named) {
                odd();
            }
        }
    }

    private static void add(Map<String, String> to, String name, String value) {
        String before = to.put(name, value);
        if (before != null) {
            to.put(name, LISTS.contains(name) ? before + "," + value : odd());
        }
    }

    private String known(String name) {
        return values.containsKey(name) ? name : odd();
    }

    /** What can stand in file and environment. */
    private String setting(String name) {
        return known(name.equals(CONFIG) ? "" : name);
    }

    /** The library takes quotes off, puts variables in, and doubts values that look like flags. */
    private static String plain(String value) {
        boolean odd = value.isEmpty()
                || value.startsWith("-") && !value.equals("-")
                || value.indexOf('"') >= 0
                || value.indexOf('\'') >= 0
                || value.indexOf('\\') >= 0
                || value.indexOf('$') >= 0;
        return odd ? odd() : value;
    }

    private static String truth(String name, String value) {
        if (!SWITCHES.contains(name)) {
            return value;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> "true";
            case "0", "false", "no", "off" -> "false";
            default -> odd();
        };
    }

    private static String odd() {
        throw new Odd();
    }

    private static void set(AgentCommand to, String name, String value) {
        CommonOptions common = to.common;
        ServiceOptions service = to.service;
        switch (name) {
            case CONFIG -> common.config = new Converters.PathConverter().convert(value);
            case "interface" -> common.networkInterface = new Converters.InterfaceConverter().convert(value);
            case "endpoint" -> {
                for (String address : value.split(",", -1)) {
                    common.endpoints.add(new Converters.AddressConverter().convert(address));
                }
            }
            case "port" -> common.port = new Converters.PortConverter().convert(value);
            case "format" -> common.format = new Converters.FormatConverter().convert(value);
            case "state-dir" -> common.stateDir = new Converters.PathConverter().convert(value);
            case "debug" -> common.debug = Boolean.parseBoolean(value);
            case "for" -> to.duration = new Converters.DurationConverter().convert(value);
            case "log" -> service.log = new Converters.LogConverter().convert(value);
            case "log-every" -> service.logEvery = new Converters.DurationConverter().convert(value);
            case "events" -> service.events = new Converters.FileConverter().convert(value);
            case "feed" -> service.feed = new Converters.FileConverter().convert(value);
            case "feed-every" -> service.feedEvery = new Converters.MinutesConverter().convert(value);
            case "rotate-size" -> service.rotateSize = new Converters.SizeConverter().convert(value);
            case "rotate-age" -> service.rotateAge = new Converters.DurationConverter().convert(value);
            case "rotate-files" -> service.rotateFiles = new Converters.FilesConverter().convert(value);
            case "listen" -> service.listen = new Converters.ListenConverter().convert(value);
            default -> set(to.ledgerFlags, to.cloudWatchFlags, name, value);
        }
    }

    private static void set(LedgerFlags ledger, CloudWatchFlags cloudWatch, String name, String value) {
        switch (name) {
            case "retention" -> ledger.retention = new LedgerFlags.RetentionConverter().convert(value);
            case "ledger-bytes-max" -> ledger.bytesMax = new LedgerFlags.BytesConverter().convert(value);
            case "ledger-callers-max" -> ledger.callersMax = new LedgerFlags.CallersConverter().convert(value);
            case "no-ledger" -> ledger.none = Boolean.parseBoolean(value);
            case "cloudwatch" -> cloudWatch.enabled = Boolean.parseBoolean(value);
            case "emf" -> cloudWatch.emf = new Converters.FileConverter().convert(value);
            case "cloudwatch-namespace" ->
                cloudWatch.namespace = new CloudWatchFlags.NamespaceConverter().convert(value);
            case "cloudwatch-region" -> cloudWatch.region = new CloudWatchFlags.RegionConverter().convert(value);
            case "cloudwatch-endpoint" -> cloudWatch.endpoint = new CloudWatchFlags.UrlConverter().convert(value);
            case "cloudwatch-dimension" -> {
                List<String> all = new ArrayList<>();
                for (String dimension : value.split(",", -1)) {
                    all.add(new CloudWatchFlags.DimensionConverter().convert(dimension));
                }
                cloudWatch.dimensions = all;
            }
            case "cloudwatch-metrics" -> cloudWatch.metrics = new CloudWatchFlags.MetricsConverter().convert(value);
            case "cloudwatch-top-callers" ->
                cloudWatch.topCallers = new CloudWatchFlags.CallersConverter().convert(value);
            case "cloudwatch-interval" -> cloudWatch.interval = new CloudWatchFlags.IntervalConverter().convert(value);
            case "cloudwatch-quiet-interval" ->
                cloudWatch.quietInterval = new CloudWatchFlags.IntervalConverter().convert(value);
            default -> odd();
        }
    }
}
