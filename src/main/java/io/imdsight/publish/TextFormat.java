package io.imdsight.publish;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Connection;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Exchange;
import io.imdsight.model.Outcome;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One line a sighting, for people: docs/output.md. */
public final class TextFormat implements SightingFormat {
    /** Column in which the status stands, as long as the path allows: fits …/iam/security-credentials/ with a short role. */
    private static final int PATH_COLUMNS = 52;

    private static final int METHOD_CHARS_MAX = 16;
    private static final int PATH_CHARS_MAX = 160;
    private static final int TITLE_CHARS_MAX = 40;
    private static final int COMMAND_LINE_CHARS_MAX = 72;
    private static final int USER_AGENT_CHARS_MAX = 72;

    /** More ancestors than this say nothing new; pid 1 is the last of them anyway. */
    private static final int ANCESTORS_MAX = 6;

    /** As much of a container's id as its own tools show. */
    private static final int CONTAINER_ID_CHARS = 12;

    private static final byte[] V1 = bytes("!V1  ");
    private static final byte[] V2 = bytes(" v2  ");
    private static final byte[] UNDETERMINED = bytes(" v?  ");
    private static final byte[] ANCESTOR = bytes(" ← ");
    private static final byte[] MORE = bytes(" ← …");
    private static final byte[] RESET = bytes("\u001b[0m");
    private static final byte[] LOUD = bytes("\u001b[1;31m");
    private static final byte[] QUIET = bytes("\u001b[2m");
    private static final byte[] STRONG = bytes("\u001b[1m");
    private static final byte[] CAUTION = bytes("\u001b[33m");

    private final Timestamps timestamps = new Timestamps();
    private final Style style;

    /**
     * How lines look.
     *
     * @param colour whether the reader is a terminal that wants colour
     * @param date whether the date stands before the time
     * @param callers whether processes can be known at all; where not, the address and the User-Agent stand for the caller, without an excuse
     */
    public record Style(boolean colour, boolean date, boolean callers) {}

    /** Writes in a style. */
    public TextFormat(Style style) {
        this.style = style;
    }

    @Override
    public void append(Sighting sighting, LineBuffer out) {
        Exchange exchange = sighting.exchange();
        timestamps.clock(exchange.timestampNanos(), style.date(), out);
        out.blanks(2);
        request(sighting.classification().version(), exchange.request(), out);
        outcome(sighting.classification().outcome(), exchange.answer(), out);
        if (sighting.caller() != null) {
            caller(sighting.caller(), out);
        } else {
            source(exchange, out);
        }
        cause(sighting.cause(), out);
        evidence(sighting, out);
        out.raw('\n');
    }

    private void request(Version version, RequestHead request, LineBuffer out) {
        switch (version) {
            case V1 -> coloured(LOUD, V1, out);
            case V2 -> out.raw(V2);
            case UNDETERMINED -> coloured(CAUTION, UNDETERMINED, out);
        }
        boolean strong = version == Version.V1;
        start(strong, STRONG, out);
        int columns = out.text(orQuestionMark(request.method()), METHOD_CHARS_MAX);
        out.raw(' ');
        columns += 1 + out.text(orQuestionMark(request.target()), PATH_CHARS_MAX);
        stop(strong, out);
        out.blanks(PATH_COLUMNS - columns);
        out.blanks(2);
    }

    private void outcome(Outcome outcome, Answer answer, LineBuffer out) {
        if (answer.state() == Answer.State.RECEIVED) {
            out.decimal(answer.status());
        } else if (answer.state() == Answer.State.LOST_ON_THE_WAY) {
            out.text("no answer (");
            out.decimal(answer.status());
            out.text(" was lost on the way)");
        } else {
            out.text(outcome == Outcome.UNANSWERED ? "no answer" : "???");
        }
        out.blanks(2);
    }

    /** {@code curl[6028] root  curl -s http://…  ← sync.sh ← bash ← systemd  nightly.service}. */
    private void caller(Caller caller, LineBuffer out) {
        start(true, STRONG, out);
        String name = name(caller);
        out.text(name, TITLE_CHARS_MAX);
        out.raw('[');
        out.decimal(caller.pid());
        out.raw(']');
        stop(true, out);
        if (caller.owner() != null) {
            out.raw(' ');
            out.text(caller.owner(), TITLE_CHARS_MAX);
        } else if (caller.userId() >= 0) {
            out.text(" uid ");
            out.decimal(caller.userId());
        }
        String commandLine = withoutDirectory(caller.commandLine());
        if (!commandLine.isEmpty() && !commandLine.equals(name)) {
            out.blanks(2);
            out.text(commandLine, COMMAND_LINE_CHARS_MAX);
        }
        ancestry(caller.parents(), out);
        part("", caller.systemdUnit(), Integer.MAX_VALUE, out);
        part("container ", caller.containerId(), CONTAINER_ID_CHARS, out);
        part("pod ", caller.podUid(), Integer.MAX_VALUE, out);
    }

    private void ancestry(List<Caller> parents, LineBuffer out) {
        if (parents.isEmpty()) {
            return;
        }
        start(true, QUIET, out);
        out.raw(' ');
        for (int i = 0; i < parents.size(); i++) {
            if (i == ANCESTORS_MAX) {
                out.raw(MORE);
                break;
            }
            out.raw(ANCESTOR);
            out.text(name(parents.get(i)), TITLE_CHARS_MAX);
        }
        stop(true, out);
    }

    private static void part(String before, String value, int charsMax, LineBuffer out) {
        if (value != null) {
            out.blanks(2);
            out.text(before);
            out.text(value.length() > charsMax ? value.substring(0, charsMax) : value);
        }
    }

    private void source(Exchange exchange, LineBuffer out) {
        Connection c = exchange.connection();
        boolean v4 = c.originator().isV4();
        if (!v4) {
            out.raw('[');
        }
        out.address(c.originator());
        if (!v4) {
            out.raw(']');
        }
        out.raw(':');
        out.decimal(c.originatorPort());
        if (exchange.request().userAgent() != null) {
            out.blanks(2);
            start(true, QUIET, out);
            out.text(exchange.request().userAgent(), USER_AGENT_CHARS_MAX);
            stop(true, out);
        }
    }

    private void cause(Cause cause, LineBuffer out) {
        if (cause == null || cause == Cause.UNKNOWN) {
            return;
        }
        start(true, CAUTION, out);
        out.text(
                switch (cause) {
                    case NEVER_TRIED -> "  (never tried v2)";
                    case TOKEN_UNANSWERED -> "  (its token request got no answer: hop limit?)";
                    case TOKEN_REFUSED -> "  (its token request was refused)";
                    case TOKEN_UNUSED -> "  (has a token, did not send it)";
                    case UNKNOWN -> "";
                });
        stop(true, out);
    }

    private void evidence(Sighting sighting, LineBuffer out) {
        EvidenceMethod method = sighting.evidence().method();
        if (method == EvidenceMethod.CONNECT_PROBE || !style.callers()) {
            return;
        }
        start(true, QUIET, out);
        out.text(method == EvidenceMethod.NONE ? "  [caller not known" : "  [by socket table");
        if (sighting.evidence().reason() != null) {
            out.text(": ");
            out.text(sighting.evidence().reason());
        }
        out.raw(']');
        stop(true, out);
    }

    /** {@code python3 sync.py} for {@code /usr/bin/python3 sync.py}: where programs lie is in the JSON. */
    private static String withoutDirectory(String commandLine) {
        if (commandLine == null || commandLine.startsWith("'")) {
            return commandLine == null ? "" : commandLine;
        }
        int blank = commandLine.indexOf(' ');
        return commandLine.substring(commandLine.lastIndexOf('/', blank < 0 ? commandLine.length() : blank) + 1);
    }

    private static String name(Caller caller) {
        if (caller.title() != null) {
            return caller.title();
        }
        String path = caller.executable();
        return path == null ? "?" : path.substring(path.lastIndexOf('/') + 1);
    }

    private static String orQuestionMark(String text) {
        return text == null ? "?" : text;
    }

    private void coloured(byte[] colour, byte[] text, LineBuffer out) {
        start(true, colour, out);
        out.raw(text);
        stop(true, out);
    }

    private void start(boolean wanted, byte[] colour, LineBuffer out) {
        if (wanted && style.colour()) {
            out.raw(colour);
        }
    }

    private void stop(boolean wanted, LineBuffer out) {
        if (wanted && style.colour()) {
            out.raw(RESET);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
