package io.imdsight.report.fleet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.imdsight.model.Escaped;
import java.io.IOException;

/** Goes through one line of JSON and insists on types. Depth and lengths are bounded. */
final class JsonCursor {
    /** A sighting's ancestors are five deep. */
    private static final int DEPTH_MAX = 16;

    private static final int NUMBER_CHARS_MAX = 20;
    private static final int NAME_CHARS_MAX = 256;

    /** An interface passes 1,024 packets a second to the service: less than that in a year, and sums of any feed stay within a long. */
    private static final long COUNT_MAX = 100_000_000_000L;

    /** Takes a member of an object, with the cursor at its value. */
    interface Member {
        void read(String name) throws IOException, DamagedLineException;
    }

    private final JsonFactory json = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(Lines.LINE_BYTES_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    private JsonParser p;

    /** Reads a line that is one object and nothing else. */
    void read(byte[] buffer, int offset, int length, Member root) throws DamagedLineException {
        try (JsonParser parser = json.createParser(buffer, offset, length)) {
            p = parser;
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new DamagedLineException("not a JSON object");
            }
            members(root);
            if (p.nextToken() != null) {
                throw new DamagedLineException("more than one JSON object");
            }
        } catch (IOException e) {
            throw new DamagedLineException("not JSON, or cut");
        }
    }

    boolean isText() {
        return p.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isNumber() {
        return p.currentToken() == JsonToken.VALUE_NUMBER_INT;
    }

    /** Passes over a value, whatever it is. */
    void pass() throws IOException {
        p.skipChildren();
    }

    /** The text of one member of an object, as of {@code "systemd":{"unit":"a.service"}}; null where it is not there. */
    String within(String member, int charsMax) throws IOException, DamagedLineException {
        String[] out = new String[1];
        object(name -> {
            if (name.equals(member)) {
                out[0] = text(charsMax);
            } else {
                pass();
            }
        });
        return out[0];
    }

    /** Its members, each with the parser at the value. */
    private void members(Member member) throws IOException, DamagedLineException {
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            p.nextToken();
            member.read(name);
        }
        if (p.currentToken() != JsonToken.END_OBJECT) {
            throw new DamagedLineException("not JSON, or cut");
        }
    }

    /** The members of an object at which the parser stands. */
    void object(Member member) throws IOException, DamagedLineException {
        if (p.currentToken() != JsonToken.START_OBJECT) {
            throw new DamagedLineException(p.currentName() + " is no object");
        }
        members(member);
    }

    String string() throws IOException, DamagedLineException {
        if (p.currentToken() != JsonToken.VALUE_STRING) {
            throw new DamagedLineException("a text is none");
        }
        return p.getText();
    }

    /** Text, escaped and cut; null where it is empty. */
    String text(int charsMax) throws IOException, DamagedLineException {
        String text = string();
        if (text.isEmpty()) {
            return null;
        }
        return Escaped.of(text.length() <= charsMax ? text : cut(text, charsMax));
    }

    private static String cut(String text, int charsMax) {
        int end = Character.isHighSurrogate(text.charAt(charsMax - 2)) ? charsMax - 2 : charsMax - 1;
        return text.substring(0, end) + "…";
    }

    long count() throws IOException, DamagedLineException {
        if (p.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new DamagedLineException("a count is none");
        }
        long value = p.getLongValue();
        if (value < 0 || value > COUNT_MAX) {
            throw new DamagedLineException("a count cannot be: " + value);
        }
        return value;
    }

    boolean truth() throws DamagedLineException {
        return switch (p.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw new DamagedLineException("quality.sound is neither true nor false");
        };
    }
}
