package io.imdsight.attribute;

import io.imdsight.model.Escaped;
import io.imdsight.model.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lines of other people's scripts, made fit to be shown. */
public final class ScriptText {
    /** Of a line: as much as a person reads. */
    private static final int CHARACTERS_MAX = 300;

    private ScriptText() {}

    /**
     * A line without secrets, as if it were given to {@code sh -c}.
     *
     * @param line its bytes, as ISO 8859-1
     */
    public static String safe(String line) {
        String text = Redaction.of(List.of("sh", "-c", line.strip())).get(2);
        String escaped = Secrets.inText(Escaped.of(text.getBytes(StandardCharsets.ISO_8859_1)));
        return escaped.length() <= CHARACTERS_MAX ? escaped : escaped.substring(0, CHARACTERS_MAX) + "…";
    }
}
