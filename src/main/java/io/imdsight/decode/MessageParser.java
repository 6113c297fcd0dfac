package io.imdsight.decode;

/**
 * Finds the heads of HTTP/1 messages in one direction of a connection and skips their bodies (RFC 9112). Takes bytes in order, split anywhere,
 * and gaps. Keeps no byte of a body and no value of a header.
 *
 * <p>After a gap that hides where the next message begins it is out of step: a start line then counts only at the beginning of a segment or
 * behind an empty line, where clients and servers put one, so that a body is not taken for a message.
 */
abstract class MessageParser {
    private enum State {
        START,
        HEADERS,
        BODY,
        OUT_OF_STEP,
        DEAF
    }

    /** What is kept of a header line split over segments: enough for every name and for a User-Agent; the rest of the line is passed over. */
    private static final int HEADER_KEEP_BYTES = 4096;

    private final int headBytesMax;
    private final LineBuffer line;
    private State state = State.START;
    private boolean eligible;
    private boolean tooLong;
    private int headBytes;

    /** Carriage returns and zero bytes in the line so far. */
    private int oddBytes;

    private boolean returnLast;
    private int headLines;
    private boolean linesEndInReturn;
    private boolean unclear;
    private final Framing framing = new Framing();
    private final BodySkipper body = new BodySkipper();

    MessageParser(Budget budget, int headBytesMax) {
        this.line = new LineBuffer(budget);
        this.headBytesMax = headBytesMax;
    }

    /** Reads a start line; false where it is none. */
    abstract boolean startLine(byte[] b, int offset, int length);

    /** Whether these bytes may be the beginning of a start line. */
    abstract boolean mayStart(byte[] b, int offset, int length);

    /** One header line, folded continuation lines left out. */
    abstract void header(byte[] b, int offset, int nameLength, int length);

    /** The head is complete, or {@code tooLong} and its end has been found. */
    abstract BodySkipper.Kind headEnd();

    /** A gap or the limit hides the rest of the head; its start line was read. */
    abstract void headCut();

    /** A gap or the limit hides the rest of a start line that began with these bytes; false where they can be none. */
    abstract boolean startLineCut(byte[] b, int offset, int length);

    /** Bytes where a start line should be, and none of HTTP/1. */
    abstract void notHttp();

    /** Bytes are missing, so that messages may have been missed. */
    abstract void lostStep();

    /** Where the body ends, and whether there is one, cannot be told. */
    abstract void bodyUnclear();

    /** Bytes of a body were passed over. */
    abstract void bodySkipped();

    /** Bytes were lost for want of budget. */
    abstract void overBudget();

    /** Bytes in order. {@code segmentStart}: the first one is the first of a segment. */
    final void bytes(byte[] b, int from, int count, boolean segmentStart) {
        int end = from + count;
        int at = from;
        if (state == State.OUT_OF_STEP && segmentStart) {
            if (!line.isEmpty() && !mayStart(line.bytes(), 0, line.length())) {
                line.clear();
            }
            eligible = true;
        }
        while (at < end) {
            switch (state) {
                case DEAF -> {
                    return;
                }
                case BODY -> {
                    if (body.isBetweenParts()) {
                        at = readLine(b, at, end);
                    } else {
                        at += body.skip(end - at);
                        bodySkipped();
                        beginIfOver();
                    }
                }
                default -> at = readLine(b, at, end);
            }
        }
    }

    /** Bytes that were never seen. */
    final void gap(int count) {
        switch (state) {
            case DEAF -> {}
            case BODY -> {
                if (body.gap(count)) {
                    beginIfOver();
                } else {
                    goOutOfStep(false);
                }
            }
            case HEADERS -> {
                cutHead();
                goOutOfStep(false);
            }
            default -> {
                cutStartLine();
                goOutOfStep(false);
            }
        }
    }

    /** The stream ended: a head that is not complete never became a message. */
    final void end() {
        line.clear();
        state = State.DEAF;
    }

    /** The capture ended, the stream did not: a head whose start line is known may have become a message. */
    final void captureEnd() {
        if (state == State.HEADERS) {
            cutHead();
        } else if (state == State.START || state == State.OUT_OF_STEP) {
            cutStartLine();
        }
        end();
    }

    /** Begins in the middle of a stream. */
    final void startOutOfStep() {
        goOutOfStep(true);
    }

    /** Whether the next byte belongs to a new message. */
    final boolean isBetweenMessages() {
        return state == State.START && line.isEmpty();
    }

    /** Whether bytes of a head, or of what may become one, have been read and its end has not. */
    final boolean isWithinHead() {
        return state == State.HEADERS || (state == State.START || state == State.OUT_OF_STEP) && !line.isEmpty();
    }

    final boolean isOutOfStep() {
        return state == State.OUT_OF_STEP;
    }

    final boolean isDeaf() {
        return state == State.DEAF;
    }

    /** Drops the announced body: the peer has shown that it does not wait for it. */
    final void skipBody() {
        if (isInBody()) {
            line.clear();
            begin();
        }
    }

    final boolean isInBody() {
        return state == State.BODY && !body.isUntilClose();
    }

    /** Something else than HTTP: from here on as after a gap, but nothing is missing. */
    private void passOver() {
        notHttp();
        line.clear();
        beginLine();
        state = State.OUT_OF_STEP;
        eligible = false;
    }

    final void goDeaf() {
        line.clear();
        state = State.DEAF;
    }

    private void goOutOfStep(boolean atSegmentStart) {
        line.clear();
        beginLine();
        state = State.OUT_OF_STEP;
        eligible = atSegmentStart;
        lostStep();
    }

    /** The rest of the head is hidden; the name of the header line that began is known once its colon was seen. */
    private void cutHead() {
        if (!tooLong) {
            headerLine(line.bytes(), 0, line.length());
            headCut();
        }
    }

    private void cutStartLine() {
        boolean candidate = state == State.START || state == State.OUT_OF_STEP && eligible;
        if (candidate && !line.isEmpty()) {
            startLineCut(line.bytes(), 0, line.length());
        }
    }

    /** Reads up to the end of a line, or keeps its beginning; returns where to go on. */
    private int readLine(byte[] b, int at, int end) {
        int newline = at;
        while (newline < end && b[newline] != '\n') {
            if (b[newline] == '\r' || b[newline] == 0) {
                oddBytes++;
            }
            newline++;
        }
        if (newline > at) {
            returnLast = b[newline - 1] == '\r';
        }
        boolean whole = newline < end;
        int next = whole ? newline + 1 : end;
        if (state == State.START || state == State.HEADERS) {
            headBytes += next - at;
            if (headBytes > headBytesMax && !tooLong) {
                passLimit(b, at, newline);
                if (state == State.OUT_OF_STEP) {
                    return next;
                }
            }
        }
        if (whole && line.isEmpty()) {
            lineEnd(b, at, newline - at);
            return next;
        }
        if (!keepLine(b, at, newline - at)) {
            return next;
        }
        if (whole) {
            byte[] held = line.bytes();
            int length = line.length();
            line.clear();
            lineEnd(held, 0, length);
        }
        return next;
    }

    /** Keeps part of a line; false where that lost the step. */
    private boolean keepLine(byte[] b, int at, int count) {
        if (state == State.OUT_OF_STEP) {
            eligible = eligible && (!line.isEmpty() || mayStart(b, at, count));
            if (!eligible) {
                line.clear();
                return true;
            }
        }
        int keepMax = switch (state) {
            case START, OUT_OF_STEP -> headBytesMax;
            case HEADERS -> tooLong ? 2 : HEADER_KEEP_BYTES;
            default -> BodySkipper.LINE_KEEP_BYTES;
        };
        if (line.append(b, at, count, keepMax)) {
            return true;
        }
        overBudget();
        if (state == State.HEADERS) {
            cutHead();
        } else {
            cutStartLine();
        }
        goOutOfStep(false);
        return false;
    }

    private void passLimit(byte[] b, int at, int lineEnd) {
        if (state == State.HEADERS) {
            cutHead();
        } else {
            boolean http =
                    line.isEmpty() ? startLineCut(b, at, lineEnd - at) : startLineCut(line.bytes(), 0, line.length());
            state = State.HEADERS;
            if (!http) {
                passOver();
                return;
            }
        }
        tooLong = true;
        line.clear();
    }

    private void lineEnd(byte[] b, int offset, int withReturn) {
        boolean endsInReturn = returnLast; // also where the line's end was not kept
        int length = withReturn > 0 && b[offset + withReturn - 1] == '\r' ? withReturn - 1 : withReturn;
        boolean odd = oddBytes > (endsInReturn ? 1 : 0);
        beginLine();
        if (state == State.HEADERS) {
            unclear |= odd || length > 0 && isBlank(b, offset, length);
        }
        lineEnd(b, offset, withReturn, length);
        if (state == State.HEADERS && headLines++ == 0) {
            linesEndInReturn = endsInReturn;
            unclear = odd;
        } else if (state == State.HEADERS) {
            unclear |= endsInReturn != linesEndInReturn;
        }
    }

    private void beginLine() {
        oddBytes = 0;
        returnLast = false;
    }

    private void lineEnd(byte[] b, int offset, int withReturn, int length) {
        switch (state) {
            case START -> startLineEnd(b, offset, length);
            case HEADERS -> headerLineEnd(b, offset, length);
            case BODY -> {
                if (body.line(b, offset, length)) {
                    beginIfOver();
                } else {
                    goOutOfStep(false);
                }
            }
            case OUT_OF_STEP -> {
                if (eligible && length > 0 && startLine(b, offset, length)) {
                    enterHead(withReturn + 1);
                } else {
                    eligible = length == 0;
                }
            }
            default -> throw new IllegalStateException("no lines in " + state);
        }
    }

    /**
     * Whether a line of this head, up to the one that is being read, may be two lines or the head's end for another reader: a carriage return or a zero
     * byte within it, nothing but blanks, or an end unlike the others'. RFC 9112 section 2.2 lets readers differ there.
     */
    final boolean isUnclear() {
        return unclear;
    }

    private static boolean isBlank(byte[] b, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (!Ascii.isBlank(b[i])) {
                return false;
            }
        }
        return true;
    }

    private void startLineEnd(byte[] b, int offset, int length) {
        if (length == 0) {
            headBytes = 0; // empty lines before a start line are passed over, RFC 9112 section 2.2
        } else if (startLine(b, offset, length)) {
            enterHead(headBytes);
        } else {
            passOver();
        }
    }

    private void enterHead(int bytesSoFar) {
        state = State.HEADERS;
        headBytes = bytesSoFar;
        headLines = 0;
        tooLong = false;
        framing.reset();
    }

    private void headerLineEnd(byte[] b, int offset, int length) {
        if (length == 0) {
            body();
        } else if (!tooLong) {
            headerLine(b, offset, length);
        }
    }

    private void headerLine(byte[] b, int offset, int length) {
        if (length == 0 || Ascii.isBlank(b[offset])) {
            return; // a folded line continues a value: it has no name
        }
        int colon = 0;
        while (colon < length && b[offset + colon] != ':') {
            colon++;
        }
        if (colon < length) {
            framing.header(b, offset, colon, length);
            header(b, offset, colon, length);
        }
    }

    private void body() {
        boolean unread = tooLong;
        BodySkipper.Kind kind = headEnd();
        if (kind == BodySkipper.Kind.TUNNEL) {
            goDeaf();
        } else if (unread || framing.isAmbiguous()) {
            // What the limit hid may have announced a body; what contradicts itself is read one way here and another
            // way there.
            state = State.OUT_OF_STEP;
            eligible = true;
            bodyUnclear();
        } else {
            state = State.BODY;
            body.begin(kind, framing.contentLength());
            beginIfOver();
        }
    }

    /** What the head said of the body's length. */
    final Framing framing() {
        return framing;
    }

    private void begin() {
        state = State.START;
        headBytes = 0;
        tooLong = false;
    }

    private void beginIfOver() {
        if (body.isOver()) {
            begin();
        }
    }
}
