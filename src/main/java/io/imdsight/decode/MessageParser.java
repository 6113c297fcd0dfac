package io.imdsight.decode;

/**
 * Finds the heads of HTTP/1 messages in one direction of a connection and skips their bodies (RFC 9112). Takes bytes in order, split anywhere,
 * and gaps. Keeps no byte of a body and no value of a header.
 *
 * <p>After a gap that hides where the next message begins it is out of step: a start line then counts only at the beginning of a segment or
 * behind an empty line, where clients and servers put one, so that a body is not taken for a message.
 */
abstract class MessageParser extends LineReader implements MessageGrammar {
    private enum State {
        START,
        HEADERS,
        BODY,
        OUT_OF_STEP,
        DEAF
    }

    /** What is kept of a header line split over segments: enough for every name and for a User-Agent; the rest of the line is passed over. */
    private static final int HEADER_KEEP_BYTES = 4096;

    private final Head head;
    private final BodySkipper body = new BodySkipper();
    private State state = State.START;

    /** Out of step: a start line may stand here. */
    private boolean eligible;

    MessageParser(Budget budget, int headBytesMax) {
        super(budget);
        this.head = new Head(headBytesMax, this);
    }

    /** Bytes in order. {@code segmentStart}: the first one is the first of a segment. */
    final void bytes(byte[] b, int from, int count, boolean segmentStart) {
        given(from);
        int end = from + count;
        int at = from;
        if (state == State.OUT_OF_STEP && segmentStart) {
            if (isWithinLine() && !mayStart(line().bytes(), 0, line().length())) {
                line().clear();
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
        if (state == State.BODY && body.gap(count)) {
            beginIfOver();
        } else if (state != State.DEAF) {
            cut();
            goOutOfStep(false);
        }
    }

    /** The stream ended: a head that is not complete never became a message. */
    final void end() {
        line().clear();
        state = State.DEAF;
    }

    /** The capture ended, the stream did not: a head whose start line is known may have become a message. */
    final void captureEnd() {
        cut();
        end();
    }

    /** Begins in the middle of a stream. */
    final void startOutOfStep() {
        goOutOfStep(true);
    }

    /** Whether the next byte belongs to a new message. */
    final boolean isBetweenMessages() {
        return state == State.START && !isWithinLine();
    }

    /** Whether bytes of a head, or of what may become one, have been read and its end has not. */
    final boolean isWithinHead() {
        return state == State.HEADERS || (state == State.START || state == State.OUT_OF_STEP) && isWithinLine();
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
            line().clear();
            begin();
        }
    }

    final boolean isInBody() {
        return state == State.BODY && !body.isUntilClose();
    }

    /** Something else than HTTP: from here on as after a gap, but nothing is missing. */
    private void passOver() {
        notHttp();
        forgetLine();
        state = State.OUT_OF_STEP;
        eligible = false;
    }

    private void goOutOfStep(boolean atSegmentStart) {
        forgetLine();
        state = State.OUT_OF_STEP;
        eligible = atSegmentStart;
        lostStep();
    }

    /** The rest of a head is hidden; the name of the header line that began is known once its colon was seen. */
    private void cut() {
        boolean mayBegin = state == State.START || state == State.OUT_OF_STEP && eligible;
        if (state == State.HEADERS && !head.isTooLong()) {
            head.line(line().bytes(), 0, line().length());
            headCut();
        } else if (mayBegin && isWithinLine()) {
            startLineCut(line().bytes(), 0, line().length());
        }
    }

    @Override
    final boolean counted(int more, byte[] b, int at, int lineEnd) {
        if ((state == State.START || state == State.HEADERS) && head.passesLimit(more)) {
            passLimit(b, at, lineEnd);
            return state != State.OUT_OF_STEP;
        }
        return true;
    }

    @Override
    final int keepMax(byte[] b, int at, int count) {
        if (state == State.OUT_OF_STEP) {
            eligible = eligible && (isWithinLine() || mayStart(b, at, count));
            if (!eligible) {
                return NOTHING;
            }
        }
        return switch (state) {
            case START, OUT_OF_STEP -> head.bytesMax();
            case HEADERS -> head.isTooLong() ? 2 : HEADER_KEEP_BYTES;
            default -> BodySkipper.LINE_KEEP_BYTES;
        };
    }

    @Override
    final void lineLost() {
        overBudget();
        cut();
        goOutOfStep(false);
    }

    private void passLimit(byte[] b, int at, int lineEnd) {
        if (state == State.HEADERS) {
            cut();
        } else {
            boolean http = isWithinLine()
                    ? startLineCut(line().bytes(), 0, line().length())
                    : startLineCut(b, at, lineEnd - at);
            state = State.HEADERS;
            if (!http) {
                passOver();
                return;
            }
        }
        head.leave();
        line().clear();
    }

    @Override
    final void lineEnd(byte[] b, int offset, int withReturn) {
        int length = withReturn > 0 && b[offset + withReturn - 1] == '\r' ? withReturn - 1 : withReturn;
        if (state == State.HEADERS) {
            ends().doubt(b, offset, length);
        }
        lineEnd(b, offset, withReturn, length);
        if (state == State.HEADERS) {
            ends().compare();
        }
    }

    private void lineEnd(byte[] b, int offset, int withReturn, int length) {
        switch (state) {
            case START -> startLineEnd(b, offset, length);
            case HEADERS -> {
                if (length == 0) {
                    body();
                } else {
                    head.line(b, offset, length);
                }
            }
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

    private void startLineEnd(byte[] b, int offset, int length) {
        if (length == 0) {
            head.passEmptyLine();
        } else if (startLine(b, offset, length)) {
            enterHead(head.bytes());
        } else {
            passOver();
        }
    }

    private void enterHead(int bytesSoFar) {
        state = State.HEADERS;
        head.begin(bytesSoFar);
        ends().beginHead();
    }

    private void body() {
        boolean unread = head.isTooLong();
        BodySkipper.Kind kind = headEnd();
        if (kind == BodySkipper.Kind.TUNNEL) {
            end();
        } else if (unread || framing().isAmbiguous()) {
            // What the limit hid may have announced a body; what contradicts itself is read one way here and another
            // way there.
            state = State.OUT_OF_STEP;
            eligible = true;
            bodyUnclear();
        } else {
            state = State.BODY;
            body.begin(kind, framing().contentLength());
            beginIfOver();
        }
    }

    /** What the head said of the body's length. */
    final Framing framing() {
        return head.framing();
    }

    private void begin() {
        state = State.START;
        head.clear();
    }

    private void beginIfOver() {
        if (body.isOver()) {
            begin();
        }
    }
}
