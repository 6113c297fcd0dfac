package io.imdsight.publish;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Script;
import io.imdsight.model.Secrets;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One JSON object a line, fields as in docs/output.md. What is not known is absent. */
public final class JsonFormat implements SightingFormat {
    private static final byte[] TIMESTAMP = bytes("{\"timestamp\":\"");
    private static final byte[][] VERSION = labels("\",\"imds\":{\"version\":\"", Version.values(), "\"");
    private static final byte[][] KIND = labels(",\"kind\":\"", Kind.values(), "\"");
    private static final byte[][] OUTCOME = labels(",\"outcome\":\"", Outcome.values(), "\"");
    private static final byte[][] PATH_CLASS = labels(",\"path_class\":\"", PathClass.values(), "\"");
    private static final byte[][] CAUSE = labels(",\"cause\":\"", Cause.values(), "\"");
    private static final byte[] HTTP_REQUEST = bytes("},\"http\":{\"request\":{\"method\":");
    private static final byte[] RESPONSE_AFTER_REQUEST = bytes("},\"response\":{\"status_code\":");
    private static final byte[] HTTP_RESPONSE = bytes("},\"http\":{\"response\":{\"status_code\":");
    private static final byte[] QUERY = bytes(",\"query\":");
    private static final byte[] URL = bytes("},\"url\":{\"path\":");
    private static final byte[] USER_AGENT = bytes("},\"user_agent\":{\"original\":");
    private static final byte[] SOURCE = bytes("},\"source\":{\"address\":\"");
    private static final byte[] DESTINATION = bytes("},\"destination\":{\"address\":\"");
    private static final byte[] PORT = bytes("\",\"port\":");
    private static final byte[] INTERFACE = bytes("},\"network\":{\"interface\":{\"name\":");
    private static final byte[] PROCESS = bytes("},\"process\":{\"pid\":");
    private static final byte[] PID = bytes("{\"pid\":");
    private static final byte[] EXECUTABLE = bytes(",\"executable\":{\"path\":");
    private static final byte[] ARGUMENTS = bytes(",\"command_args\":[");
    private static final byte[] COMMAND_LINE = bytes(",\"command_line\":");
    private static final byte[] OWNER = bytes(",\"owner\":");
    private static final byte[] USER_ID = bytes(",\"user\":{\"id\":");
    private static final byte[] START_TIME = bytes(",\"start_time\":\"");
    private static final byte[] TITLE = bytes(",\"title\":");
    private static final byte[] PARENTS = bytes(",\"parents\":[");
    private static final byte[] UNIT = bytes("},\"systemd\":{\"unit\":");
    private static final byte[] CONTAINER = bytes("},\"container\":{\"id\":");
    private static final byte[] POD = bytes("},\"k8s\":{\"pod\":{\"uid\":");
    private static final byte[] SCRIPT = bytes("},\"caller\":{\"script\":");
    private static final byte[][] EVIDENCE = labels("},\"evidence\":{\"method\":\"", EvidenceMethod.values(), "\"");
    private static final byte[] REASON = bytes(",\"reason\":");
    private static final byte[] END = bytes("}}\n");

    private final Timestamps timestamps = new Timestamps();

    @Override
    public void append(Sighting sighting, LineBuffer out) {
        append(sighting, sighting.caller() == null ? null : Script.workedFor(sighting.caller()), out);
    }

    /** The same, where the script that the caller works for can no longer be told from it. */
    void append(Sighting sighting, String script, LineBuffer out) {
        Exchange exchange = sighting.exchange();
        out.raw(TIMESTAMP);
        timestamps.iso(exchange.timestampNanos(), out);
        classification(sighting.classification(), sighting.cause(), out);
        http(exchange.request(), exchange.answer(), out);
        network(exchange, out);
        if (sighting.caller() != null) {
            caller(sighting.caller(), out);
            string(SCRIPT, script, out);
        }
        out.raw(EVIDENCE[sighting.evidence().method().ordinal()]);
        string(REASON, sighting.evidence().reason(), out);
        out.raw(END);
    }

    private static void classification(Classification c, Cause cause, LineBuffer out) {
        out.raw(VERSION[c.version().ordinal()]);
        out.raw(KIND[c.kind().ordinal()]);
        out.raw(OUTCOME[c.outcome().ordinal()]);
        out.raw(PATH_CLASS[c.pathClass().ordinal()]);
        if (cause != null) {
            out.raw(CAUSE[cause.ordinal()]);
        }
    }

    /** Every object is left open for the next key to close. */
    private static void http(RequestHead request, Answer answer, LineBuffer out) {
        boolean method = isKnown(request.method());
        string(HTTP_REQUEST, request.method(), out);
        // an answer that was lost on the way was not got by anybody
        boolean status = answer.state() == Answer.State.RECEIVED;
        if (status) {
            out.raw(method ? RESPONSE_AFTER_REQUEST : HTTP_RESPONSE);
            out.decimal(answer.status());
        }
        if (method || status) {
            out.raw('}');
        }
        url(request.target(), out);
        string(USER_AGENT, request.userAgent(), out);
    }

    /** The query stands in the path, as it was sent; where it was redacted, beside it, so that the path stays comparable. */
    private static void url(String target, LineBuffer out) {
        boolean redacted = target != null && target.endsWith(Secrets.REDACTED_QUERY);
        if (!redacted) {
            string(URL, target, out);
            return;
        }
        string(URL, target.substring(0, target.length() - Secrets.REDACTED_QUERY.length()), out);
        string(QUERY, Secrets.REDACTED, out);
    }

    private static void network(Exchange exchange, LineBuffer out) {
        Connection c = exchange.connection();
        end(SOURCE, c.originator(), c.originatorPort(), out);
        end(DESTINATION, c.responder(), c.responderPort(), out);
        if (string(INTERFACE, exchange.link().name(), out)) {
            out.raw('}');
        }
    }

    private static void end(byte[] key, IpAddress address, int port, LineBuffer out) {
        out.raw(key);
        out.address(address);
        out.raw(PORT);
        out.decimal(port);
    }

    private void caller(Caller caller, LineBuffer out) {
        out.raw(PROCESS);
        process(caller, out);
        if (caller.startTimeNanos() > 0) {
            out.raw(START_TIME);
            timestamps.iso(caller.startTimeNanos(), out);
            out.raw('"');
        }
        string(TITLE, caller.title(), out);
        parents(caller.parents(), out);
        string(UNIT, caller.systemdUnit(), out);
        string(CONTAINER, caller.containerId(), out);
        if (string(POD, caller.podUid(), out)) {
            out.raw('}');
        }
    }

    /** What a caller and its ancestors have in common, from the pid's value on. */
    private static void process(Caller caller, LineBuffer out) {
        out.decimal(caller.pid());
        if (string(EXECUTABLE, caller.executable(), out)) {
            out.raw('}');
        }
        List<String> arguments = caller.arguments();
        if (arguments != null && !arguments.isEmpty()) {
            out.raw(ARGUMENTS);
            for (int i = 0; i < arguments.size(); i++) {
                if (i > 0) {
                    out.raw(',');
                }
                out.json(arguments.get(i));
            }
            out.raw(']');
            string(COMMAND_LINE, caller.commandLine(), out);
        }
        string(OWNER, caller.owner(), out);
        if (caller.userId() >= 0) {
            out.raw(USER_ID);
            out.decimal(caller.userId());
            out.raw('}');
        }
    }

    private static void parents(List<Caller> parents, LineBuffer out) {
        if (parents.isEmpty()) {
            return;
        }
        out.raw(PARENTS);
        for (int i = 0; i < parents.size(); i++) {
            if (i > 0) {
                out.raw(',');
            }
            out.raw(PID);
            process(parents.get(i), out);
            string(TITLE, parents.get(i).title(), out);
            out.raw('}');
        }
        out.raw(']');
    }

    private static boolean string(byte[] key, String value, LineBuffer out) {
        if (!isKnown(value)) {
            return false;
        }
        out.raw(key);
        out.json(value);
        return true;
    }

    private static boolean isKnown(String value) {
        return value != null && !value.isEmpty();
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[][] labels(String before, Labelled[] values, String after) {
        byte[][] out = new byte[values.length][];
        for (int i = 0; i < values.length; i++) {
            out[i] = bytes(before + values[i].label() + after);
        }
        return out;
    }
}
