package io.imdsight.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the table of clients: sections of {@code key = value} lines. A mistake in it is a mistake of the build, and said with its line. */
public final class ClientTable {
    private static final String RESOURCE = "clients.conf";
    private static final Set<String> TEXTS =
            Set.of("name", "kind", "generic", "since", "fallback", "switch", "change", "source", "package-since");
    private static final String AT_REST = "at-rest";
    private static final Set<String> NEEDED = Set.of("name", "kind", "since", "change", "source");

    private ClientTable() {}

    /** The table that comes with the program. */
    public static List<Client> load() {
        try (InputStream in = ClientTable.class.getResourceAsStream(RESOURCE)) {
            return read(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + RESOURCE + " from the program", e);
        }
    }

    /** The clients, in order. */
    static List<Client> read(Reader in) throws IOException {
        List<Client> out = new ArrayList<>();
        BufferedReader lines = new BufferedReader(in);
        String id = null;
        Set<String> ids = new HashSet<>();
        Map<String, List<String>> values = new LinkedHashMap<>();
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            if (text.startsWith("[") && text.endsWith("]")) {
                if (id != null) {
                    out.add(client(id, values));
                }
                id = text.substring(1, text.length() - 1);
                if (!ids.add(id)) {
                    throw new IOException(RESOURCE + ":" + number + ": there is a section " + id + " already");
                }
                values.clear();
                continue;
            }
            int equals = text.indexOf('=');
            if (id == null || equals < 1) {
                throw new IOException(RESOURCE + ":" + number + ": expected [section] or key = value");
            }
            values.computeIfAbsent(text.substring(0, equals).strip(), k -> new ArrayList<>())
                    .add(text.substring(equals + 1).strip());
        }
        if (id != null) {
            out.add(client(id, values));
        }
        return List.copyOf(out);
    }

    private static Client client(String id, Map<String, List<String>> values) throws IOException {
        Map<Client.Sign, List<Pattern>> signs = new EnumMap<>(Client.Sign.class);
        for (Map.Entry<String, List<String>> e : values.entrySet()) {
            Client.Sign sign = sign(e.getKey());
            if (sign != null) {
                signs.put(sign, patterns(id, e.getValue()));
            } else if (!e.getKey().equals(AT_REST) && !TEXTS.contains(e.getKey())
                    || TEXTS.contains(e.getKey()) && e.getValue().size() != 1) {
                throw new IOException(RESOURCE + ": [" + id + "]: unknown or repeated key " + e.getKey());
            }
        }
        for (String key : NEEDED) {
            if (!values.containsKey(key)) {
                throw new IOException(RESOURCE + ": [" + id + "]: " + key + " is missing");
            }
        }
        return new Client(
                id,
                text(values, "name"),
                kind(id, text(values, "kind")),
                "yes".equals(text(values, "generic")),
                signs,
                atRest(id, values.getOrDefault(AT_REST, List.of())),
                text(values, "since"),
                text(values, "package-since"),
                text(values, "fallback"),
                text(values, "switch"),
                text(values, "change"),
                text(values, "source"));
    }

    private static Client.Sign sign(String key) {
        for (Client.Sign s : Client.Sign.values()) {
            if (s.key().equals(key)) {
                return s;
            }
        }
        return null;
    }

    /** Lines of an ecosystem, a blank and an expression. */
    private static Map<Ecosystem, List<Pattern>> atRest(String id, List<String> texts) throws IOException {
        Map<Ecosystem, List<String>> out = new EnumMap<>(Ecosystem.class);
        for (String text : texts) {
            String[] words = text.split(" +", 2);
            Ecosystem ecosystem = Ecosystem.labelled(words[0]);
            if (ecosystem == null || words.length != 2) {
                throw new IOException(RESOURCE + ": [" + id + "]: expected an ecosystem and an expression: " + text);
            }
            out.computeIfAbsent(ecosystem, e -> new ArrayList<>()).add(words[1]);
        }
        Map<Ecosystem, List<Pattern>> compiled = new EnumMap<>(Ecosystem.class);
        for (Map.Entry<Ecosystem, List<String>> e : out.entrySet()) {
            compiled.put(e.getKey(), patterns(id, e.getValue()));
        }
        return compiled;
    }

    private static Client.Kind kind(String id, String text) throws IOException {
        try {
            return Client.Kind.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IOException(RESOURCE + ": [" + id + "]: unknown kind " + text, e);
        }
    }

    private static List<Pattern> patterns(String id, List<String> texts) throws IOException {
        List<Pattern> out = new ArrayList<>();
        for (String text : texts) {
            try {
                out.add(Pattern.compile(text));
            } catch (PatternSyntaxException e) {
                throw new IOException(RESOURCE + ": [" + id + "]: " + e.getMessage(), e);
            }
        }
        return List.copyOf(out);
    }

    private static String text(Map<String, List<String>> values, String key) {
        List<String> all = values.get(key);
        return all == null ? null : all.getFirst();
    }
}
