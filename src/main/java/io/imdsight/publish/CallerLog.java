package io.imdsight.publish;

import io.imdsight.model.Labelled;
import io.imdsight.model.Plural;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The service log: a line when a caller is seen without a token for the first time, one when it comes back after a day, and a summary by caller; not a
 * line a call.
 */
public final class CallerLog {
    /** Anybody can make new callers as fast as programs start; beyond this they are only counted. */
    static final int NEWS_A_MINUTE_MAX = 20;

    /** The most frequent ones; the rest share a line. */
    static final int SUMMARY_CALLERS_MAX = 20;

    private static final int ROWS_MAX = 1024;
    private static final int NAME_CHARS_MAX = 60;
    /** What stands before a sighting in its line of JSON. */
    private static final int EVENT_BYTES_MAX = 64;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final SightingFormat format;
    private final boolean json;
    private final LogSink sink;
    private final KnownCallers known = new KnownCallers();
    private final TallyTable table = new TallyTable(ROWS_MAX);
    private final LineBuffer line = new LineBuffer();
    private final LineBuffer part = new LineBuffer();
    private final Timestamps timestamps = new Timestamps();
    private int newsThisMinute;
    private long newsNotSaid;
    private long minuteBeganNanos;
    private long summaryBeganNanos;

    /**
     * @param json one JSON object a line; otherwise text
     * @param monotonicNanos now
     */
    public CallerLog(boolean json, LogSink sink, long monotonicNanos) {
        this.json = json;
        this.format = json
                ? new BoundedJson(sink.lineBytesMax() - EVENT_BYTES_MAX)
                : new TextFormat(new TextFormat.Style(false, true, true));
        this.sink = sink;
        this.minuteBeganNanos = monotonicNanos;
        this.summaryBeganNanos = monotonicNanos;
    }

    /** Callers of an earlier run are no news: takes what was counted then. */
    public synchronized void known(List<Tally> tallies) {
        for (Tally t : tallies) {
            if (t.key().classification().version() == Version.V1) {
                known.known(process(t.key()), t.key().minute() * MINUTE_NANOS);
            }
        }
    }

    /** Takes a sighting. */
    public synchronized void accept(Sighting s, TallyKey k) throws IOException {
        CallerKey caller = process(k);
        table.add(new TallyKey(0, caller, k.classification(), k.cause(), k.evidence()), 1);
        if (k.classification().version() != Version.V1) {
            return;
        }
        KnownCallers.News news = known.called(caller, s.exchange().timestampNanos());
        if (news == KnownCallers.News.NONE) {
            return;
        }
        if (newsThisMinute++ >= NEWS_A_MINUTE_MAX) {
            newsNotSaid++;
            return;
        }
        boolean first = news == KnownCallers.News.FIRST;
        if (json) {
            line.text(first ? "{\"event\":{\"action\":\"caller-new\"}," : "{\"event\":{\"action\":\"caller-back\"},");
            format.append(s, part);
            part.moveTo(line, 1); // its own opening brace
        } else {
            line.text(first ? "new caller without a token: " : "caller without a token is back: ");
            format.append(s, line);
        }
        sink.line(LogSink.WARNING, line);
    }

    private static CallerKey process(TallyKey k) {
        return CallerText.cut(CallerText.process(k.caller()));
    }

    /**
     * To be called every few seconds.
     *
     * @param everyNanos how often a summary comes
     */
    public synchronized void step(long epochNanos, long monotonicNanos, long everyNanos) throws IOException {
        if (monotonicNanos - minuteBeganNanos >= MINUTE_NANOS) {
            minuteBeganNanos = monotonicNanos;
            newsThisMinute = 0;
            sayTheRest(epochNanos);
        }
        if (monotonicNanos - summaryBeganNanos >= everyNanos) {
            summary(epochNanos, monotonicNanos);
            table.take();
            summaryBeganNanos = monotonicNanos;
        }
    }

    private void sayTheRest(long epochNanos) throws IOException {
        if (newsNotSaid == 0) {
            return;
        }
        if (json) {
            event("callers-new", epochNanos)
                    .number("count", newsNotSaid)
                    .close()
                    .end();
        } else {
            line.decimal(newsNotSaid);
            line.text(" more callers without a token were new or back in the last minute; the summary counts them");
            line.raw('\n');
        }
        newsNotSaid = 0;
        sink.line(LogSink.WARNING, line);
    }

    private JsonLine event(String action, long epochNanos) {
        return new JsonLine(line)
                .begin()
                .time("timestamp", epochNanos, timestamps)
                .open("event")
                .text("action", action);
    }

    /** Prints what was counted since the last summary that came by itself. */
    public synchronized void summary(long epochNanos, long monotonicNanos) throws IOException {
        long seconds = (monotonicNanos - summaryBeganNanos) / 1_000_000_000L;
        Map<CallerKey, Counted> callers = new HashMap<>();
        Counted all = new Counted();
        List<Tally> rows = table.take();
        table.putBack(rows);
        for (Tally t : rows) {
            all.add(t);
            if (t.key().classification().version() == Version.V1) {
                callers.computeIfAbsent(t.key().caller(), c -> new Counted()).add(t);
            }
        }
        if (json) {
            JsonLine out = event("summary", epochNanos)
                    .number("interval_seconds", seconds)
                    .close();
            all.append(out);
            out.open("callers").number("v1", callers.size()).close().end();
        } else {
            line.text("in the last " + seconds + " s: " + Plural.of(all.version(Version.V1), "v1 call") + " by "
                    + Plural.of(callers.size(), "caller") + " (MetadataNoToken " + all.noToken
                    + ", MetadataNoTokenRejected " + all.noTokenRejected + "), " + all.version(Version.V2)
                    + " v2, " + all.version(Version.UNDETERMINED) + " undetermined");
            line.raw('\n');
        }
        sink.line(LogSink.INFO, line);
        byCaller(callers, epochNanos, seconds);
    }

    private void byCaller(Map<CallerKey, Counted> callers, long epochNanos, long seconds) throws IOException {
        List<Map.Entry<CallerKey, Counted>> sorted = new ArrayList<>(callers.entrySet());
        sorted.sort((a, b) -> Long.compare(b.getValue().requests, a.getValue().requests));
        long rest = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Counted counted = sorted.get(i).getValue();
            if (i >= SUMMARY_CALLERS_MAX) {
                rest += counted.requests;
                continue;
            }
            CallerKey caller = sorted.get(i).getKey();
            if (json) {
                JsonLine out = event("summary-caller", epochNanos)
                        .number("interval_seconds", seconds)
                        .close();
                out.within("caller", "name", CallerText.name(caller));
                CallerText.append(caller, out);
                counted.append(out);
                out.end();
            } else {
                text(caller, counted);
            }
            sink.line(LogSink.INFO, line);
        }
        if (rest > 0) {
            if (json) {
                event("summary-rest", epochNanos).number("count", rest).close().end();
            } else {
                line.text("  " + rest + " by " + (sorted.size() - SUMMARY_CALLERS_MAX) + " further callers");
                line.raw('\n');
            }
            sink.line(LogSink.INFO, line);
        }
    }

    private void text(CallerKey caller, Counted counted) {
        line.text("  ");
        line.decimal(counted.requests);
        line.text(" by ");
        line.text(CallerText.name(caller), NAME_CHARS_MAX);
        member(" user ", caller.owner());
        member(" ", caller.systemdUnit());
        member(" container ", CallerText.shortContainer(caller));
        member(" pod ", caller.podUid());
        line.text(": " + labels(counted.causes) + "; " + labels(counted.pathClassesOfV1));
        line.raw('\n');
    }

    private void member(String before, String value) {
        if (value != null) {
            line.text(before);
            line.text(value, NAME_CHARS_MAX);
        }
    }

    private static String labels(Map<? extends Labelled, Long> counts) {
        StringJoiner out = new StringJoiner(", ");
        counts.forEach((label, count) -> out.add(count + " " + label.label()));
        return out.toString();
    }
}
