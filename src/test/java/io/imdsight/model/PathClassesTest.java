package io.imdsight.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The documents that list the path classes. */
class PathClassesTest {
    private static final List<String> CLASSES =
            Arrays.stream(PathClass.values()).map(PathClass::label).toList();

    @Test
    void theFeedsSchemaAllowsThePathClassesThatThereAre() throws Exception {
        List<String> allowed = new ArrayList<>();
        new ObjectMapper()
                .readTree(Path.of("docs/feed.schema.json").toFile())
                .findValues("path_class")
                .forEach(p -> p.path("propertyNames").path("enum").forEach(e -> allowed.add(e.asText())));
        assertEquals(CLASSES, allowed);
    }

    @Test
    void thePageOnOutputListsThem() throws Exception {
        String row = Files.readAllLines(Path.of("docs/output.md")).stream()
                .filter(l -> l.startsWith("| `imds.path_class` |"))
                .findFirst()
                .orElseThrow();
        Matcher m = Pattern.compile("`([a-z-]+)`").matcher(row);
        assertEquals(CLASSES, m.results().map(r -> r.group(1)).toList());
    }
}
