package io.imdsight.publish;

import io.imdsight.model.Caller;
import io.imdsight.model.Exchange;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Script;
import io.imdsight.model.Sighting;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link JsonFormat} for readers that split long lines: where a line would be longer than they take, the sighting without its ancestors, with the first of its
 * arguments and with every text cut.
 */
public final class BoundedJson implements SightingFormat {
    /**
     * Fourteen texts of that length at three bytes a character, two of them perhaps quoted, stay below 40 KiB; only who is out to make lines
     * long gets here.
     */
    static final int CHARS_MAX = 800;

    private final JsonFormat format = new JsonFormat();
    private final int lineBytesMax;

    /**
     * Bounds lines.
     *
     * @param lineBytesMax at least 40 KiB, line feed included
     */
    public BoundedJson(int lineBytesMax) {
        this.lineBytesMax = lineBytesMax;
    }

    @Override
    public void append(Sighting sighting, LineBuffer out) {
        int begin = out.length();
        format.append(sighting, out);
        if (out.length() - begin > lineBytesMax) {
            out.truncate(begin);
            String script = sighting.caller() == null ? null : Script.workedFor(sighting.caller());
            format.append(shortened(sighting), cut(script), out);
        }
    }

    private static Sighting shortened(Sighting s) {
        Exchange e = s.exchange();
        RequestHead r = e.request();
        RequestHead head = new RequestHead(r.method(), cut(r.target()), cut(r.userAgent()), r.headers(), r.complete());
        Link link = new Link(cut(e.link().name()), e.link().index());
        Exchange exchange = new Exchange(
                e.timestampNanos(), link, e.connection(), e.connectionOpenedNanos(), head, e.headEnd(), e.answer());
        Caller caller = s.caller() == null ? null : shortened(s.caller());
        return new Sighting(exchange, s.classification(), s.cause(), caller, s.evidence());
    }

    private static Caller shortened(Caller c) {
        return new Caller(
                c.pid(),
                cut(c.executable()),
                arguments(c.arguments()),
                cut(c.title()),
                c.userId(),
                cut(c.owner()),
                c.startTimeNanos(),
                cut(c.systemdUnit()),
                cut(c.containerId()),
                cut(c.podUid()),
                List.of());
    }

    /** The first one, and how many more there are, as where a command line itself is too long. */
    private static List<String> arguments(List<String> arguments) {
        if (arguments == null || arguments.isEmpty()) {
            return arguments;
        }
        List<String> out = new ArrayList<>();
        out.add(cut(arguments.getFirst()));
        if (arguments.size() > 1) {
            out.add("… (" + (arguments.size() - 1) + " more)");
        }
        return out;
    }

    private static String cut(String text) {
        if (text == null || text.length() <= CHARS_MAX) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(CHARS_MAX - 1)) ? CHARS_MAX - 1 : CHARS_MAX;
        return text.substring(0, end) + "…";
    }
}
