package io.imdsight.decode;

/** The head that is being read: how long it is by now, and what its lines say. */
final class Head {
    private final int bytesMax;
    private final MessageGrammar grammar;
    private final Framing framing = new Framing();
    private int bytes;
    private boolean tooLong;

    Head(int bytesMax, MessageGrammar grammar) {
        this.bytesMax = bytesMax;
        this.grammar = grammar;
    }

    /** Nothing of it has been read. */
    void clear() {
        bytes = 0;
        tooLong = false;
    }

    /** Empty lines before a start line are passed over, RFC 9112 section 2.2. */
    void passEmptyLine() {
        bytes = 0;
    }

    /** The start line was read, with so many bytes. */
    void begin(int startLineBytes) {
        bytes = startLineBytes;
        tooLong = false;
        framing.reset();
    }

    /** Counts bytes; whether they are the first beyond the limit. */
    boolean passesLimit(int more) {
        bytes += more;
        return bytes > bytesMax && !tooLong;
    }

    /** The rest of it is not read. */
    void leave() {
        tooLong = true;
    }

    boolean isTooLong() {
        return tooLong;
    }

    /** How many of its bytes have been counted. */
    int bytes() {
        return bytes;
    }

    int bytesMax() {
        return bytesMax;
    }

    /** What the head said of the body's length. */
    Framing framing() {
        return framing;
    }

    /** One line behind the start line, as far as it was kept; its name is known once its colon was seen. */
    void line(byte[] b, int offset, int length) {
        if (tooLong || length == 0 || Ascii.isBlank(b[offset])) {
            return; // a folded line continues a value: it has no name
        }
        int colon = 0;
        while (colon < length && b[offset + colon] != ':') {
            colon++;
        }
        if (colon < length) {
            framing.header(b, offset, colon, length);
            grammar.header(b, offset, colon, length);
        }
    }
}
