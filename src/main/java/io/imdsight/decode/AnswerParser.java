package io.imdsight.decode;

/** Reads the status lines of answers and skips everything else. */
final class AnswerParser extends MessageParser {
    /** Takes what the parser finds. */
    interface Listener {
        /**
         * A final answer begins.
         *
         * @param status its code, 200..999
         * @return whether a body may follow: not for HEAD
         */
        boolean answer(int status);

        /** Whether an answer found while out of step can be matched to a request. */
        boolean expectsAnswer();

        /** Bytes are missing or not HTTP: answers may have been missed. */
        void answersLost();

        /** Bytes that the stream memory had no room for are lost. */
        void streamMemoryShort();
    }

    private static final int STATUS_LINE_BYTES_MIN = "HTTP/1.1 200".length();

    private final Listener listener;
    private int status;
    private boolean bodyAllowed;

    AnswerParser(Budget budget, int headBytesMax, Listener listener) {
        super(budget, headBytesMax);
        this.listener = listener;
    }

    /** {@code HTTP/1.1 200 OK}: minor version any digit, reason optional. */
    @Override
    public boolean startLine(byte[] b, int offset, int length) {
        if (length < STATUS_LINE_BYTES_MIN
                || !Ascii.startsWith(b, offset, length, "HTTP/1.")
                || !Ascii.isDigit(b[offset + 7])
                || b[offset + 8] != ' '
                || length > STATUS_LINE_BYTES_MIN && b[offset + STATUS_LINE_BYTES_MIN] != ' ') {
            return false;
        }
        int code = 0;
        for (int i = 9; i < STATUS_LINE_BYTES_MIN; i++) {
            if (!Ascii.isDigit(b[offset + i])) {
                return false;
            }
            code = code * 10 + b[offset + i] - '0';
        }
        if (code < 100 || isOutOfStep() && !listener.expectsAnswer()) {
            return false;
        }
        status = code;
        if (code >= 200 || code == 101) {
            bodyAllowed = listener.answer(code);
        }
        return true;
    }

    @Override
    public boolean mayStart(byte[] b, int offset, int length) {
        return Ascii.agrees(b, offset, length, "HTTP/1.");
    }

    @Override
    public void header(byte[] b, int offset, int nameLength, int length) {
        // the framing is all that matters
    }

    /** RFC 9112 section 6.3. */
    @Override
    public BodySkipper.Kind headEnd() {
        if (status == 101) {
            return BodySkipper.Kind.TUNNEL;
        }
        if (status < 200 || status == 204 || status == 304 || !bodyAllowed) {
            return BodySkipper.Kind.NONE;
        }
        if (framing().isChunked()) {
            return BodySkipper.Kind.CHUNKED;
        }
        return framing().contentLength() >= 0 ? BodySkipper.Kind.LENGTH : BodySkipper.Kind.UNTIL_CLOSE;
    }

    @Override
    public void headCut() {
        // the status is known; the rest decides only where the next answer begins
    }

    @Override
    public boolean startLineCut(byte[] b, int offset, int length) {
        return startLine(b, offset, length);
    }

    @Override
    public void notHttp() {
        listener.answersLost();
    }

    @Override
    public void lostStep() {
        listener.answersLost();
    }

    @Override
    public void bodyUnclear() {
        listener.answersLost();
    }

    @Override
    public void bodySkipped() {
        // the service's bodies hold no requests
    }

    @Override
    public void overBudget() {
        listener.streamMemoryShort();
    }
}
