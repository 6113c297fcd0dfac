package io.imdsight.report.fleet;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Labelled;
import io.imdsight.model.PathClass;
import java.io.IOException;

/**
 * Reads one line into a {@link FeedRecord}. Fields that it does not know are passed over, for later versions may have more; a known one of another
 * type, a number that cannot be, or a needed one that is missing make the line a damaged one. Depth and lengths are bounded.
 */
final class RecordReader {
    /** The version of the feed's layout that is read here. */
    private static final long FEED_VERSION = 1;

    /** Texts of the feed are cut there as well. */
    static final int TEXT_CHARS_MAX = 200;

    /** A host name's length, RFC 1035 section 2.3.4. */
    static final int HOST_CHARS_MAX = 253;

    private final JsonCursor in = new JsonCursor();
    private final JsonCursor.Member root = this::root;
    private final JsonCursor.Member feed = this::feed;
    private final JsonCursor.Member host = this::host;
    private final JsonCursor.Member caller = this::caller;
    private final JsonCursor.Member process = this::process;
    private final JsonCursor.Member container = this::container;
    private final JsonCursor.Member imds = this::imds;
    private final JsonCursor.Member causes = this::causes;
    private final JsonCursor.Member pathClasses = this::pathClasses;
    private final JsonCursor.Member evidence = this::evidence;
    private final JsonCursor.Member quality = this::quality;
    private final JsonCursor.Member connections = this::connections;
    private final JsonCursor.Member drops = this::drops;
    private final JsonCursor.Member event = this::event;

    private final FeedRecord r = new FeedRecord();
    private final EventClass eventClass = new EventClass();
    private String record;
    private String action;
    private long version;
    private long eventCount;
    private boolean counted;
    private boolean judged;

    /** What a line says; the same object with every call. */
    FeedRecord read(byte[] buffer, int offset, int length) throws DamagedLineException {
        r.clear();
        eventClass.clear();
        record = null;
        action = null;
        version = 0;
        eventCount = 1;
        counted = false;
        judged = false;
        in.read(buffer, offset, length, root);
        finish();
        return r;
    }

    private void finish() throws DamagedLineException {
        if (record == null && !eventClass.isThere()) {
            r.kind =
                    FeedRecord.Kind
                            .OTHER; // the service log's lines, with sightings of their own under callers-new and the
            // like
            return;
        }
        if (r.timestampSeconds == Long.MIN_VALUE) {
            throw new DamagedLineException("no timestamp");
        }
        if (record == null) {
            r.kind = action == null || action.equals("roll-up") ? FeedRecord.Kind.EVENT : FeedRecord.Kind.OTHER;
            eventClass.count(r, eventCount);
            return;
        }
        if (version != FEED_VERSION) {
            throw new DamagedLineException("feed.version is " + version + ", which this imdsight cannot read");
        }
        if (r.instance() == null) {
            throw new DamagedLineException("no host.id and no host.name");
        }
        if (!counted) {
            throw new DamagedLineException("no imds.requests");
        }
        r.kind = switch (record) {
            case "caller" -> FeedRecord.Kind.CALLER;
            case "heartbeat" -> FeedRecord.Kind.HEARTBEAT;
            default -> FeedRecord.Kind.OTHER;
        };
        if (r.kind == FeedRecord.Kind.CALLER && r.callerName == null) {
            throw new DamagedLineException("no caller.name");
        }
        if (r.kind == FeedRecord.Kind.HEARTBEAT && !judged) {
            throw new DamagedLineException("no quality.sound");
        }
    }

    private void root(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "timestamp" -> r.timestampSeconds = Timestamps.parse(in.string());
            case "feed" -> in.object(feed);
            case "event" -> in.object(event);
            case "host" -> in.object(host);
            case "caller" -> in.object(caller);
            case "process" -> in.object(process);
            case "systemd" -> r.unit = in.within("unit", TEXT_CHARS_MAX);
            case "container" -> in.object(container);
            case "user_agent" -> r.userAgent = in.within("original", TEXT_CHARS_MAX);
            case "source" -> r.sourceAddress = in.within("address", TEXT_CHARS_MAX);
            case "imds" -> in.object(imds);
            case "evidence" -> in.object(evidence);
            case "quality" -> in.object(quality);
            default -> in.pass();
        }
    }

    private void feed(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "version" -> version = in.count();
            case "record" -> record = in.string();
            case "interval_seconds" -> r.intervalSeconds = in.count();
            default -> in.pass();
        }
    }

    private void event(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "action" -> action = in.string();
            case "count" -> eventCount = in.count();
            default -> in.pass();
        }
    }

    private void host(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "id" -> r.hostId = in.text(HOST_CHARS_MAX);
            case "name" -> r.hostName = in.text(HOST_CHARS_MAX);
            default -> in.pass();
        }
    }

    private void caller(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "name" -> r.callerName = in.text(TEXT_CHARS_MAX);
            case "script" -> r.script = in.text(TEXT_CHARS_MAX);
            default -> in.pass();
        }
    }

    private void process(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "executable" -> r.executable = in.within("path", TEXT_CHARS_MAX);
            case "owner" -> r.owner = in.text(TEXT_CHARS_MAX);
            case "title" -> r.title = in.text(TEXT_CHARS_MAX);
            default -> in.pass();
        }
    }

    private void container(String name) throws IOException, DamagedLineException {
        r.inContainer |= name.equals("id") && !in.string().isEmpty();
        in.pass();
    }

    private void imds(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "requests" -> {
                r.requests = in.count();
                counted = true;
            }
            case "v1" -> r.v1 = in.count();
            case "v2" -> r.v2 = in.count();
            case "undetermined" -> r.undetermined = in.count();
            case "metadata_no_token" -> r.noToken = in.count();
            case "metadata_no_token_rejected" -> r.noTokenRejected = in.count();
            case "blocking" -> r.blocking = in.count();
            case "version" -> eventClass.version = in.string();
            case "kind" -> eventClass.kind = in.string();
            case "outcome" -> eventClass.outcome = in.string();
            case "cause" -> {
                if (in.isText()) {
                    eventClass.cause = in.string();
                } else {
                    in.object(causes);
                }
            }
            case "path_class" -> {
                if (in.isText()) {
                    eventClass.pathClass = in.string();
                } else {
                    in.object(pathClasses);
                }
            }
            default -> in.pass();
        }
    }

    private void causes(String name) throws IOException, DamagedLineException {
        long count = in.count();
        int at = labelled(Cause.values(), name);
        if (at >= 0) {
            r.causes[at] = count;
        }
    }

    private void pathClasses(String name) throws IOException, DamagedLineException {
        long count = in.count();
        if (name.equals(PathClass.CREDENTIALS.label())) {
            r.credentials = count;
        }
    }

    /** Counts by method in a feed, one method in an event. */
    private void evidence(String name) throws IOException, DamagedLineException {
        if (name.equals("method")) {
            eventClass.evidence = in.string();
        } else if (in.isNumber()) {
            long count = in.count();
            int at = labelled(EvidenceMethod.values(), name);
            if (at >= 0) {
                r.evidence[at] = count;
            }
        } else {
            in.pass();
        }
    }

    private void quality(String name) throws IOException, DamagedLineException {
        switch (name) {
            case "sound" -> {
                r.sound = in.truth();
                judged = true;
            }
            case "captured_seconds" -> r.capturedSeconds = in.count();
            case "connections" -> in.object(connections);
            case "drops" -> in.object(drops);
            default -> in.pass();
        }
    }

    private void connections(String name) throws IOException, DamagedLineException {
        if (name.equals("unexplained")) {
            r.unexplained = in.count();
        } else {
            in.pass();
        }
    }

    private void drops(String name) throws IOException, DamagedLineException {
        r.drops = Sums.add(r.drops, in.count());
    }

    private static int labelled(Labelled[] values, String label) {
        for (int i = 0; i < values.length; i++) {
            if (values[i].label().equals(label)) {
                return i;
            }
        }
        return -1;
    }
}
