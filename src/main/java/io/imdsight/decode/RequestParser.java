package io.imdsight.decode;

import io.imdsight.model.Escaped;
import io.imdsight.model.RequestHead;
import java.util.Set;

/** Reads request heads: method, target, which header names are there, the User-Agent. */
final class RequestParser extends MessageParser {
    /** Takes what the parser finds. */
    interface Listener {
        /**
         * A head, complete or cut.
         *
         * @param read how far its end is from where the stream has advanced to
         */
        void request(RequestHead head, int read);

        /** The connection carries something else than HTTP/1. */
        void requestStreamNotHttp();

        /** Bytes that the stream memory had no room for are lost. */
        void streamMemoryShort();
    }

    /** The longest name of a method that is worth looking at; the registry's longest has 17 characters. */
    private static final int METHOD_BYTES_MAX = 32;

    /** What is kept of a User-Agent: real ones stay below 500. */
    private static final int USER_AGENT_BYTES_MAX = 1024;

    private static final String[] USUAL_METHODS = {"GET", "PUT", "HEAD", "POST", "DELETE", "OPTIONS", "PATCH", "CONNECT"
    };

    /** RFC 9110 section 9.3: content is part of the request. */
    private static final Set<String> WITH_BODY = Set.of("PUT", "POST", "PATCH");

    private static final int TOKENS = RequestHead.TOKEN | RequestHead.TOKEN_TTL;
    private static final String VERSION = " HTTP/1.";

    /** With the digit behind it. */
    private static final int VERSION_LENGTH = VERSION.length() + 1;

    private final KnownTexts texts;
    private final Listener listener;
    private boolean unexplained;
    private boolean mayHideRequest;

    /** What was passed over may have had the answers to what follows: a token in that vouches for nothing, now and later on this connection. */
    private boolean mayTakeAnswers;

    private boolean gapInFront;
    private String method;
    private String target;
    private String userAgent;
    private int headers;
    private int unsureHeaders;
    private boolean cut;
    private boolean doubted;

    RequestParser(Budget budget, int headBytesMax, KnownTexts texts, Listener listener) {
        super(budget, headBytesMax);
        this.texts = texts;
        this.listener = listener;
    }

    /** Whether bytes since the last request were not seen, so that a request may have been missed. */
    boolean isUnexplained() {
        return unexplained;
    }

    /** Whether bytes in front of the request that is being read were not seen. */
    boolean hasGapInFront() {
        return gapInFront;
    }

    /**
     * Whether bytes were passed over that a service less strict might take for requests: a body, or no HTTP. Stays so: how many it finds in them, and behind
     * which of ours their answers come, is not known.
     */
    boolean mayHideRequest() {
        return mayHideRequest;
    }

    /** A request that the missing bytes may have held has been accounted for. */
    void explain() {
        unexplained = false;
    }

    /** Bytes of the head that is being read came twice and were others. */
    void doubt() {
        doubted |= isWithinHead();
    }

    /** The head as far as it is certain: what else was in it is not known. */
    static RequestHead doubtful(RequestHead h) {
        return new RequestHead(h.method(), h.target(), h.userAgent(), h.headers() & ~TOKENS, false);
    }

    private void report(boolean complete) {
        RequestHead head = new RequestHead(method, target, userAgent, headers, complete && !unsure());
        boolean tokenIsMoot = mayTakeAnswers && (headers & TOKENS) != 0;
        listener.request(doubted || tokenIsMoot ? doubtful(head) : head, bytesRead());
        doubted = false;
    }

    /** A token's header that only some servers would find, and none that all would. */
    private boolean unsure() {
        return (unsureHeaders & ~headers) != 0;
    }

    @Override
    public boolean startLine(byte[] b, int offset, int length) {
        if (!isRequestLine(b, offset, length)) {
            return false;
        }
        int methodLength = methodLength(b, offset, length);
        begin(b, offset, methodLength);
        target = texts.target(b, offset + methodLength + 1, length - methodLength - 1 - VERSION_LENGTH);
        return true;
    }

    private static boolean isRequestLine(byte[] b, int offset, int length) {
        int methodLength = methodLength(b, offset, length);
        int versionAt = length - VERSION_LENGTH;
        return methodLength > 0
                && versionAt > methodLength + 1
                && Ascii.startsWith(b, offset + versionAt, VERSION_LENGTH, VERSION)
                && Ascii.isDigit(b[offset + length - 1])
                && !isBlankRun(b, offset + methodLength + 1, versionAt - methodLength - 1);
    }

    private static boolean isBlankRun(byte[] b, int from, int count) {
        for (int i = 0; i < count; i++) {
            if (!Ascii.isBlank(b[from + i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes begin with a whole request line, or may be the beginning of a usual one. */
    boolean beginsRequest(byte[] b, int offset, int length) {
        int end = 0;
        while (end < length && b[offset + end] != '\n') {
            end++;
        }
        if (end == length) {
            return mayStart(b, offset, length);
        }
        int lineLength = end > 0 && b[offset + end - 1] == '\r' ? end - 1 : end;
        return isRequestLine(b, offset, lineLength);
    }

    @Override
    public boolean mayStart(byte[] b, int offset, int length) {
        for (String m : USUAL_METHODS) {
            if (Ascii.agrees(b, offset, length, m)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void header(byte[] b, int offset, int nameLength, int length) {
        int bit = HeaderNames.bit(b, offset, nameLength);
        if (isUnclear() && (bit & TOKENS) != 0) {
            unsureHeaders |= bit;
        } else {
            headers |= bit;
        }
        if (bit == 0 && userAgent == null && Ascii.equalsIgnoreCase(b, offset, nameLength, "user-agent")) {
            userAgent = value(b, offset + nameLength + 1, offset + length);
        }
    }

    private String value(byte[] b, int from, int to) {
        int start = from;
        int end = Math.min(to, from + USER_AGENT_BYTES_MAX);
        while (start < end && Ascii.isBlank(b[start])) {
            start++;
        }
        while (end > start && Ascii.isBlank(b[end - 1])) {
            end--;
        }
        return start == end ? null : texts.userAgent(b, start, end - start);
    }

    @Override
    public BodySkipper.Kind headEnd() {
        if (!cut) {
            report(true);
        }
        if (framing().isChunked()) {
            return BodySkipper.Kind.CHUNKED;
        }
        return framing().contentLength() > 0 ? BodySkipper.Kind.LENGTH : BodySkipper.Kind.NONE;
    }

    @Override
    public void headCut() {
        cut = true;
        report(false);
    }

    @Override
    public boolean startLineCut(byte[] b, int offset, int length) {
        int methodLength = methodLength(b, offset, length);
        if (methodLength == 0) {
            return false;
        }
        begin(b, offset, methodLength);
        int from = offset + methodLength + 1;
        int end = offset + length;
        int blank = from;
        while (blank < end && b[blank] != ' ') {
            blank++;
        }
        boolean whole = blank < end && blank > from && Ascii.agrees(b, blank, end - blank, VERSION);
        target = whole ? texts.target(b, from, blank - from) : null;
        headCut();
        return true;
    }

    @Override
    public void bodyUnclear() {
        mayHideRequest = true;
        mayTakeAnswers = true;
    }

    /** Where a body has no meaning, as behind GET (RFC 9110 section 9.3.1), a service may take it for the next request. */
    @Override
    public void bodySkipped() {
        mayHideRequest = true;
        mayTakeAnswers |= method == null || !WITH_BODY.contains(method);
    }

    @Override
    public void notHttp() {
        mayHideRequest = true;
        mayTakeAnswers = true;
        listener.requestStreamNotHttp();
    }

    @Override
    public void lostStep() {
        unexplained = true;
    }

    @Override
    public void overBudget() {
        listener.streamMemoryShort();
    }

    private void begin(byte[] b, int offset, int methodLength) {
        method = methodName(b, offset, methodLength);
        target = null;
        userAgent = null;
        headers = 0;
        unsureHeaders = 0;
        cut = false;
        gapInFront = unexplained;
        unexplained = false;
    }

    /** The length of the method in front of a blank, 0 where there is none. PRI is HTTP/2's preface, not a method of ours. */
    private static int methodLength(byte[] b, int offset, int length) {
        int i = 0;
        while (i < length && i <= METHOD_BYTES_MAX && Ascii.isTokenCharacter(b[offset + i])) {
            i++;
        }
        return i == 0 || i >= length || i > METHOD_BYTES_MAX || b[offset + i] != ' ' ? 0 : i;
    }

    private static String methodName(byte[] b, int offset, int length) {
        for (String m : USUAL_METHODS) {
            if (m.length() == length && Ascii.startsWith(b, offset, length, m)) {
                return m;
            }
        }
        return Escaped.of(b, offset, length);
    }
}
