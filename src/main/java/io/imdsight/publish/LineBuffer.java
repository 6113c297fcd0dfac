package io.imdsight.publish;

import io.imdsight.model.Escaped;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing run of bytes in which lines are built and from which they are written, so that a line costs no object. It never holds a control
 * character other than what {@link #raw} was given: text that is not plain is escaped once more ({@link Escaped}; what is escaped already
 * stays as it is). Not for two threads.
 */
public final class LineBuffer {
    /** Room for a hundred ordinary lines: one write of this size costs far less than building them. */
    public static final int FLUSH_BYTES = 64 * 1024;

    /** Many are never used. */
    private static final int INITIAL_BYTES = 1024;

    /** A line longer than this was hostile: its memory is given back. */
    private static final int KEPT_BYTES_MAX = 1024 * 1024;

    private static final byte[] ELLIPSIS = "…".getBytes(StandardCharsets.UTF_8);

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;

    /** How many bytes wait to be written. */
    public int length() {
        return length;
    }

    /** Forgets what waits. */
    void clear() {
        length = 0;
        if (bytes.length > KEPT_BYTES_MAX) {
            bytes = new byte[INITIAL_BYTES];
        }
    }

    /** Forgets what was appended since there were so many bytes. */
    void truncate(int bytesKept) {
        length = bytesKept;
    }

    /** Appends what waits here to another buffer, and forgets it. */
    void moveTo(LineBuffer other) {
        moveTo(other, 0);
    }

    /** See {@link #moveTo(LineBuffer)}; leaves the first bytes out. */
    void moveTo(LineBuffer other, int skip) {
        other.ensure(length - skip);
        System.arraycopy(bytes, skip, other.bytes, other.length, length - skip);
        other.length += length - skip;
        clear();
    }

    /** Writes all bytes and forgets them, also where the write fails. */
    public void writeTo(OutputStream out) throws IOException {
        int count = length;
        length = 0;
        try {
            out.write(bytes, 0, count);
        } finally {
            if (bytes.length > KEPT_BYTES_MAX) {
                bytes = new byte[INITIAL_BYTES];
            }
        }
    }

    void raw(byte[] constant) {
        ensure(constant.length);
        System.arraycopy(constant, 0, bytes, length, constant.length);
        length += constant.length;
    }

    void raw(int oneByte) {
        ensure(1);
        bytes[length++] = (byte) oneByte;
    }

    void blanks(int count) {
        if (count > 0) {
            ensure(count);
            Arrays.fill(bytes, length, length + count, (byte) ' ');
            length += count;
        }
    }

    /** A number of 0 or above. */
    void decimal(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        digits(value, digits);
    }

    /** The last digits of a number of 0 or above, with leading zeros. */
    void digits(long value, int digits) {
        ensure(digits);
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    /** An address as {@link IpAddress#toString} has it. */
    void address(IpAddress address) {
        if (address.isV4()) {
            int v = address.v4Bits();
            decimal(v >>> 24);
            raw('.');
            decimal(v >>> 16 & 255);
            raw('.');
            decimal(v >>> 8 & 255);
            raw('.');
            decimal(v & 255);
        } else {
            text(address.toString());
        }
    }

    /** Text as UTF-8. */
    void text(String text) {
        encode(text, text.length(), false);
    }

    /** At most so many characters of a text; an ellipsis stands for the rest. Returns how many columns that took, taking each character for one. */
    int text(String text, int charsMax) {
        if (!isPlainAscii(text)) {
            return cut(Escaped.of(text), charsMax);
        }
        return cut(text, charsMax);
    }

    private int cut(String safe, int charsMax) {
        if (safe.length() <= charsMax) {
            encode(safe, safe.length(), false);
            return safe.codePointCount(0, safe.length());
        }
        int end = charsMax - 1;
        if (Character.isHighSurrogate(safe.charAt(end - 1))) {
            end--;
        }
        encode(safe, end, false);
        raw(ELLIPSIS);
        return safe.codePointCount(0, end) + 1;
    }

    /** A JSON string, RFC 8259 section 7, quotes included. */
    void json(String text) {
        raw('"');
        encode(text, text.length(), true);
        raw('"');
    }

    private void encode(String text, int end, boolean json) {
        ensure(2 * end);
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7f) {
                encodeSlowly(text.substring(0, end), json);
                return;
            }
            if (json && (c == '"' || c == '\\')) {
                to[at++] = '\\';
            }
            to[at++] = (byte) c;
        }
        length = at;
    }

    /** For text outside ASCII: what the model promises to have escaped is escaped here in case it was not. */
    private void encodeSlowly(String text, boolean json) {
        byte[] utf8 = Escaped.of(text).getBytes(StandardCharsets.UTF_8);
        ensure(2 * utf8.length);
        for (byte b : utf8) {
            if (json && (b == '"' || b == '\\')) {
                bytes[length++] = '\\';
            }
            bytes[length++] = b;
        }
    }

    private static boolean isPlainAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
