package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The outputs that {@link ForgedOutputIT} made.
 *
 * @param directory where they are
 */
record ForgedOutputs(Path directory) {
    static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    String text(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    List<String> lines(String name) throws IOException {
        String text = text(name);
        assertTrue(text.endsWith("\n"), name + " has whole lines");
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    List<JsonNode> objects(String name) throws IOException {
        List<JsonNode> out = new ArrayList<>();
        for (String line : lines(name)) {
            out.add(JSON.readTree(line));
            assertTrue(out.getLast().isObject(), line);
        }
        return out;
    }
}
