package io.imdsight.publish.cloudwatch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one CBOR item (RFC 8949) into maps, lists, texts, longs, doubles, booleans, byte arrays and null.
 *
 * <pre>
 *  7   5 4       0
 * +-----+---------+------------------+
 * |major|addition | 0,1,2,4,8 octets |   addition 0..23: the value itself; 24..27: 1,2,4,8 octets follow; 31: indefinite, ends with ff
 * +-----+---------+------------------+
 * major: 0 unsigned, 1 negative, 2 bytes, 3 text, 4 array, 5 map, 6 tag, 7 simple and floats
 * </pre>
 */
final class CborReader {
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xff;
    private static final int DEPTH_MAX = 16;

    private final ByteBuffer in;

    private CborReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /** A tagged item; tag 1 is a time in seconds since 1970. */
    record Tagged(long tag, Object value) {}

    /** Fails with IllegalArgumentException unless the bytes are one item and nothing else. */
    static Object read(byte[] bytes) {
        CborReader reader = new CborReader(bytes);
        try {
            Object out = reader.item(0);
            if (reader.in.hasRemaining()) {
                throw new IllegalArgumentException("more than one item");
            }
            return out;
        } catch (java.nio.BufferUnderflowException e) {
            throw new IllegalArgumentException("cut short", e);
        }
    }

    private Object item(int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalArgumentException("too deep");
        }
        int first = in.get() & 0xff;
        int major = first >> 5;
        int addition = first & 31;
        return switch (major) {
            case 0 -> number(addition);
            case 1 -> -1 - number(addition);
            case 2 -> chunks(addition, 2);
            case 3 -> text(chunks(addition, 3));
            case 4 -> list(addition, depth);
            case 5 -> map(addition, depth);
            case 6 -> new Tagged(number(addition), item(depth + 1));
            default -> simple(addition);
        };
    }

    private long number(int addition) {
        return switch (addition) {
            case 24 -> in.get() & 0xff;
            case 25 -> in.getShort() & 0xffff;
            case 26 -> in.getInt() & 0xffffffffL;
            case 27 -> in.getLong();
            default -> {
                if (addition > 27) {
                    throw new IllegalArgumentException("addition " + addition);
                }
                yield addition;
            }
        };
    }

    private byte[] chunks(int addition, int major) {
        if (addition != INDEFINITE) {
            return bytes(number(addition));
        }
        byte[] out = new byte[0];
        while (!atBreak()) {
            int first = in.get() & 0xff;
            if (first >> 5 != major) {
                throw new IllegalArgumentException("a chunk of another kind");
            }
            byte[] more = bytes(number(first & 31));
            out = Arrays.copyOf(out, out.length + more.length);
            System.arraycopy(more, 0, out, out.length - more.length, more.length);
        }
        return out;
    }

    private byte[] bytes(long length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("cut short");
        }
        byte[] out = new byte[(int) length];
        in.get(out);
        return out;
    }

    private static String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not UTF-8", e);
        }
    }

    private List<Object> list(int addition, int depth) {
        List<Object> out = new ArrayList<>();
        long count = addition == INDEFINITE ? Long.MAX_VALUE : number(addition);
        for (long i = 0; i < count && !(addition == INDEFINITE && atBreak()); i++) {
            out.add(item(depth + 1));
        }
        return out;
    }

    private Map<String, Object> map(int addition, int depth) {
        Map<String, Object> out = new LinkedHashMap<>();
        long count = addition == INDEFINITE ? Long.MAX_VALUE : number(addition);
        for (long i = 0; i < count && !(addition == INDEFINITE && atBreak()); i++) {
            String key = (String) item(depth + 1);
            if (out.containsKey(key)) {
                throw new IllegalArgumentException("key twice: " + key);
            }
            out.put(key, item(depth + 1));
        }
        return out;
    }

    private Object simple(int addition) {
        return switch (addition) {
            case 20 -> false;
            case 21 -> true;
            case 22, 23 -> null;
            case 25 -> (double) Float.float16ToFloat(in.getShort());
            case 26 -> (double) in.getFloat();
            case 27 -> in.getDouble();
            default -> throw new IllegalArgumentException("simple value " + addition);
        };
    }

    private boolean atBreak() {
        if ((in.get(in.position()) & 0xff) != BREAK) {
            return false;
        }
        in.get();
        return true;
    }
}
