package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class PlainSettingsTest {
    private static final Path NO_FILE = Path.of("/nonexistent/imdsight.conf");

    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    private Console console() {
        return new Console(
                environment,
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                false,
                new Ending());
    }

    private AgentCommand plain(Path file, String... args) {
        return PlainSettings.agent(args, console(), file, null);
    }

    private AgentCommand byTheLibrary(Path file, String... args) {
        AgentCommand out = new AgentCommand(console(), null);
        CommandLine root = Main.commands(console(), false, out);
        root.setDefaultValueProvider(Settings.load(root, Settings.flag("--config", args), environment, file));
        root.parseArgs(args);
        return out;
    }

    private static Map<String, Object> values(AgentCommand agent) {
        Map<String, Object> out = new TreeMap<>();
        for (OptionSpec o : agent.spec().options()) {
            out.put(o.longestName(), o.<Object>getValue());
        }
        return out;
    }

    /** Both readers come to the same. */
    private void assertSame(Path file, String... args) {
        AgentCommand plain = plain(file, args);
        assertNotNull(plain, "not read plainly: " + String.join(" ", args));
        assertEquals(values(byTheLibrary(file, args)), values(plain), String.join(" ", args));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("imdsight.conf"), text);
    }

    @Test
    void everyFlagOfTheAgentIsKnownWithItsDefault() {
        Map<String, String> described = new LinkedHashMap<>();
        for (OptionSpec o : byTheLibrary(NO_FILE, "agent").spec.options()) {
            String name = Settings.name(o);
            if (!List.of("help", "check-config").contains(name)) {
                described.put(name, o.type() == boolean.class ? "false" : o.defaultValue());
            }
        }
        Map<String, String> known = new LinkedHashMap<>();
        for (String[] d : PlainSettings.DEFAULTS) {
            known.put(d[0], d[1]);
        }
        assertEquals(new TreeSet<>(described.keySet()), new TreeSet<>(known.keySet()));
        assertEquals(described, known);
    }

    @Test
    void eachFlagGivesWhatTheLibraryMakesOfIt() {
        String feed = directory.resolve("feed").toString();
        Map<String, String> examples = new LinkedHashMap<>(Map.of(
                "interface", "ens5",
                "endpoint", "10.0.0.1,fd00:ec2::254",
                "port", "8080",
                "format", "json",
                "state-dir", directory.toString(),
                "for", "10m",
                "retention", "30d",
                "ledger-bytes-max", "8MiB",
                "ledger-callers-max", "17",
                "log", "callers"));
        examples.putAll(Map.of(
                "log-every", "7m",
                "events", "none",
                "feed", feed,
                "feed-every", "5m",
                "rotate-size", "1MiB",
                "rotate-age", "2h",
                "rotate-files", "3",
                "listen", "[::1]:9000",
                "config", "/dev/null",
                "emf", "-"));
        examples.putAll(Map.of(
                "cloudwatch-namespace", "a b/c",
                "cloudwatch-region", "eu-central-1",
                "cloudwatch-endpoint", "https://vpce-1.monitoring.eu-central-1.vpce.amazonaws.com",
                "cloudwatch-dimension", "ImageId,tag:team",
                "cloudwatch-metrics", "essential",
                "cloudwatch-top-callers", "5",
                "cloudwatch-interval", "2m",
                "cloudwatch-quiet-interval", "1h"));
        for (String[] d : PlainSettings.DEFAULTS) {
            String name = d[0];
            if (PlainSettings.SWITCHES.contains(name)) {
                assertSame(NO_FILE, "agent", "--" + name);
                continue;
            }
            String value = examples.get(name);
            assertNotNull(value, "no example of " + name);
            assertSame(NO_FILE, "agent", "--" + name, value);
            assertSame(NO_FILE, "agent", "--" + name + "=" + value);
            if (!name.equals("config")) {
                environment.put(
                        "IMDSIGHT_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'), " " + value);
                assertSame(NO_FILE, "agent");
                environment.clear();
            }
        }
        assertSame(NO_FILE, "agent", "--endpoint", "10.0.0.1", "--endpoint=10.0.0.2", "--log", "callers", "--debug");
    }

    @Test
    void flagGoesBeforeEnvironmentAndThatBeforeTheFile() throws IOException {
        Path file =
                file("format = json\nport = 81\nendpoint = 10.0.0.3\nendpoint = 10.0.0.4\nno-ledger = yes\n# end\n");
        assertSame(file, "agent");
        environment.put("IMDSIGHT_PORT", "82");
        environment.put("IMDSIGHT_NO_LEDGER", "off");
        environment.put("IMDSIGHT_ENDPOINT", "10.0.0.5");
        assertSame(file, "agent");
        assertSame(file, "agent", "--port", "83", "--endpoint", "10.0.0.6");
        environment.put("IMDSIGHT_CONFIG", file.toString());
        assertSame(NO_FILE, "agent");
        assertSame(NO_FILE, "agent", "--config", "/dev/null");
    }

    @Test
    void whatIsOutOfTheOrdinaryIsLeftToTheLibrary() throws IOException {
        for (String args : List.of(
                "",
                "audit",
                "agent --help",
                "agent --check-config",
                "agent --no-such",
                "agent --port",
                "agent --port 0",
                "agent --port 80 --port 81",
                "agent --debug=true",
                "agent --feed --debug",
                "agent --feed=",
                "agent x",
                "agent --",
                "agent --feed \"a\"",
                "agent --feed ${user.home}",
                "agent --window-min 1m",
                "agent -p 80",
                "agent --cloudwatch --emf -",
                "agent --no-ledger --cloudwatch",
                "agent --events a --feed a",
                "agent --config /nonexistent/named.conf",
                "agent --config /dev/zero",
                "agent --endpoint 10.0.0.1,",
                "agent --cloudwatch-metrics some",
                "agent --emf='-'",
                "agent --inter lo")) {
            assertNull(plain(NO_FILE, args.isEmpty() ? new String[0] : args.split(" ", -1)), args);
        }
        for (String text : List.of(
                "port = 0\n",
                "no such\n",
                "window-min = 1m\n",
                "port = 1\nport = 2\n",
                "config = a\n",
                "debug = maybe\n")) {
            assertNull(plain(file(text), "agent"), text);
        }
        for (String name : List.of(
                "IMDSIGHT_NO_SUCH", "IMDSIGHT_no_ledger", "IMDSIGHT_HELP", "IMDSIGHT_WINDOW_MIN", "IMDSIGHT_PORT")) {
            environment.put(name, "x");
            assertNull(plain(NO_FILE, "agent"), name);
            environment.clear();
        }
        environment.put("IMDSIGHT_JAVA_OPTIONS", "-Xlog");
        environment.put("IMDSIGHT_DEMO_X", "1");
        environment.put("IMDSIGHT_PORT", " ");
        assertSame(NO_FILE, "agent");
    }
}
