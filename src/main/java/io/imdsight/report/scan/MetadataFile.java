package io.imdsight.report.scan;

import io.imdsight.report.Ecosystem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in which a package manager wrote down what it installed, known by its path, on the disk or in an archive.
 *
 * @param ecosystem whose
 * @param name the package's name as the path tells it; null where only the file does
 * @param version its version as the path tells it; null where only the file does
 * @param path the path
 */
public record MetadataFile(Ecosystem ecosystem, String name, String version, String path) {
    /** The list of a large PHP application has half of that. */
    public static final int BYTES_MAX = 2 << 20;

    private static final Pattern DISTRIBUTION = Pattern.compile("([^/]+?)(?:-([0-9][^-/]*))?(?:-py[^/]*)?");
    private static final Pattern GEM = Pattern.compile("([^/]+)-([0-9][0-9A-Za-z.]*)(?:-[^/]*)?");
    private static final Pattern HEADER = Pattern.compile("(?m)^(Name|Version):[ \\t]*([^\\r\\n]+)");
    private static final Pattern YAML = Pattern.compile("(?m)^(name|version):[ \\t]*['\"]?([^'\"\\r\\n]+)");
    private static final Pattern PROPERTY = Pattern.compile("(?m)^version[ \\t]*[=:][ \\t]*([^\\r\\n]+)");
    private static final String NODE_MODULES = "node_modules";
    private static final String DIST_INFO = ".dist-info";
    private static final String EGG_INFO = ".egg-info";

    /** What a path is; null where it is none of these. */
    public static MetadataFile of(String path) {
        String file = last(path, 0);
        return switch (file) {
            case "METADATA" -> distribution(path, last(path, 1), DIST_INFO);
            case "PKG-INFO" ->
                last(path, 1).equals("EGG-INFO")
                        ? new MetadataFile(Ecosystem.PYTHON, null, null, path)
                        : distribution(path, last(path, 1), EGG_INFO);
            case "package.json" -> node(path);
            case "pom.properties" ->
                last(path, 4).equals("META-INF") && last(path, 3).equals("maven")
                        ? new MetadataFile(Ecosystem.MAVEN, last(path, 2) + ":" + last(path, 1), null, path)
                        : null;
            case "installed.json" ->
                last(path, 1).equals("composer") ? new MetadataFile(Ecosystem.COMPOSER, null, null, path) : null;
            case "snap.yaml" ->
                last(path, 1).equals("meta") ? new MetadataFile(Ecosystem.SYSTEM, null, null, path) : null;
            default -> byEnding(path, file);
        };
    }

    private static MetadataFile byEnding(String path, String file) {
        if (file.endsWith(EGG_INFO)) {
            return distribution(path, file, EGG_INFO);
        }
        if (file.endsWith(".deps.json")) {
            return new MetadataFile(Ecosystem.NUGET, null, null, path);
        }
        if (file.endsWith(".gemspec")
                && (last(path, 1).equals("specifications") || last(path, 2).equals("specifications"))) {
            Matcher m = GEM.matcher(file.substring(0, file.length() - ".gemspec".length()));
            return m.matches() ? new MetadataFile(Ecosystem.GEM, m.group(1), m.group(2), path) : null;
        }
        return null;
    }

    private static MetadataFile distribution(String path, String named, String ending) {
        if (!named.endsWith(ending)) {
            return null;
        }
        Matcher m = DISTRIBUTION.matcher(named.substring(0, named.length() - ending.length()));
        return m.matches() ? new MetadataFile(Ecosystem.PYTHON, m.group(1), m.group(2), path) : null;
    }

    private static MetadataFile node(String path) {
        String name = last(path, 1);
        if (last(path, 2).equals(NODE_MODULES)) {
            return new MetadataFile(Ecosystem.NPM, name, null, path);
        }
        String scope = last(path, 2);
        return scope.startsWith("@") && last(path, 3).equals(NODE_MODULES)
                ? new MetadataFile(Ecosystem.NPM, scope + "/" + name, null, path)
                : null;
    }

    /** Whether the file itself has to be read. */
    public boolean needsBytes() {
        return ecosystem != Ecosystem.GEM;
    }

    /**
     * The packages that it names.
     *
     * @param bytes the file's
     * @param place the file that lies on the disk
     * @param inside the way into it; null where it is this file
     */
    public List<RestingPackage> packages(byte[] bytes, String place, String inside) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<RestingPackage> out = new ArrayList<>();
        switch (ecosystem) {
            case PYTHON -> out.add(of(header(text, HEADER, "Name"), header(text, HEADER, "Version"), place, inside));
            case SYSTEM -> out.add(of(header(text, YAML, "name"), header(text, YAML, "version"), place, inside));
            case MAVEN -> out.add(of(null, property(text), place, inside));
            case NPM -> {
                Object json = JsonText.read(text);
                out.add(of(JsonText.string(json, "name"), JsonText.string(json, "version"), place, inside));
            }
            case COMPOSER -> composer(JsonText.read(text), place, inside, out);
            case NUGET -> nuget(JsonText.read(text), place, inside, out);
            default -> out.add(of(null, null, place, inside));
        }
        out.removeIf(p -> p.name() == null);
        return out;
    }

    /** With what the path tells where the file does not. */
    private RestingPackage of(String read, String readVersion, String place, String inside) {
        return new RestingPackage(
                ecosystem, read == null ? name : read, readVersion == null ? version : readVersion, place, inside);
    }

    /** Composer 2 has an object with the list, Composer 1 the list. */
    private void composer(Object json, String place, String inside, List<RestingPackage> out) {
        Object list = json instanceof List<?> ? json : JsonText.member(json, "packages");
        if (list instanceof List<?> packages) {
            for (Object p : packages) {
                String v = JsonText.string(p, "version");
                boolean letter = v != null && v.startsWith("v");
                out.add(of(JsonText.string(p, "name"), letter ? v.substring(1) : v, place, inside));
            }
        }
    }

    /** {@code "libraries": {"AWSSDK.Core/3.3.100.1": …}}. */
    private void nuget(Object json, String place, String inside, List<RestingPackage> out) {
        if (JsonText.member(json, "libraries") instanceof Map<?, ?> libraries) {
            for (Object key : libraries.keySet()) {
                String[] words = String.valueOf(key).split("/", 2);
                out.add(of(words[0], words.length > 1 ? words[1] : null, place, inside));
            }
        }
    }

    private static String header(String text, Pattern lines, String key) {
        Matcher m = lines.matcher(text);
        while (m.find()) {
            if (m.group(1).equals(key)) {
                return m.group(2).strip();
            }
        }
        return null;
    }

    /** {@code version} of a file of properties; null where it has none. */
    static String property(String text) {
        Matcher m = PROPERTY.matcher(text);
        return m.find() ? m.group(1).strip() : null;
    }

    /** A part of a path, counted from its end; empty where there is none. */
    private static String last(String path, int back) {
        int end = path.length();
        for (int i = 0; i < back; i++) {
            end = end <= 0 ? -1 : path.lastIndexOf('/', end - 1);
        }
        return end < 0 ? "" : path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    }
}
