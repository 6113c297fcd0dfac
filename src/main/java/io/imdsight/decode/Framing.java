package io.imdsight.decode;

/** What the head of a message says of the length of its body: {@code Content-Length} and {@code Transfer-Encoding}, RFC 9112 section 6. */
final class Framing {
    /** No chunk and no body of ours is larger; a greater number is no length. */
    private static final long LENGTH_MAX = 1L << 40;

    private static final String CHUNKED = "chunked";

    private long contentLength;
    private boolean chunked;
    private boolean ambiguous;

    void reset() {
        ambiguous = false;
        contentLength = -1;
        chunked = false;
    }

    /** The announced length in bytes; -1 where none was announced that can be read. */
    long contentLength() {
        return contentLength;
    }

    boolean isChunked() {
        return chunked;
    }

    /** Whether two readers may disagree on where the body ends: lengths that differ or cannot be read, a length beside an encoding. */
    boolean isAmbiguous() {
        return ambiguous || chunked && contentLength >= 0;
    }

    /** One header line; {@code length} includes the name. */
    void header(byte[] b, int offset, int nameLength, int length) {
        if (Ascii.equalsIgnoreCase(b, offset, nameLength, "content-length")) {
            long announced = decimal(b, offset + nameLength + 1, offset + length);
            ambiguous |= announced < 0 || contentLength >= 0 && contentLength != announced;
            contentLength = announced;
        } else if (Ascii.equalsIgnoreCase(b, offset, nameLength, "transfer-encoding")) {
            int end = offset + length;
            while (end > offset && Ascii.isBlank(b[end - 1])) {
                end--;
            }
            int from = end - CHUNKED.length();
            ambiguous |= chunked;
            chunked = from > offset + nameLength
                    && (b[from - 1] == ',' || b[from - 1] == ':' || Ascii.isBlank(b[from - 1]))
                    && Ascii.equalsIgnoreCase(b, from, end - from, CHUNKED);
            ambiguous |= !chunked;
        }
    }

    /** The size in a chunk's first line, extensions passed over; -1 where there is none. */
    static long chunkSize(byte[] b, int offset, int length) {
        long size = 0;
        int i = 0;
        while (i < length && Character.digit(b[offset + i], 16) >= 0 && size < LENGTH_MAX) {
            size = size << 4 | Character.digit(b[offset + i], 16);
            i++;
        }
        return i == 0 || size >= LENGTH_MAX ? -1 : size;
    }

    private static long decimal(byte[] b, int from, int end) {
        int i = from;
        while (i < end && Ascii.isBlank(b[i])) {
            i++;
        }
        long value = 0;
        int digits = 0;
        while (i < end && Ascii.isDigit(b[i]) && digits < 15) {
            value = value * 10 + b[i] - '0';
            i++;
            digits++;
        }
        while (i < end && Ascii.isBlank(b[i])) {
            i++;
        }
        return digits == 0 || i < end ? -1 : value;
    }
}
