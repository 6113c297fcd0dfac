package io.imdsight.report;

import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;

/** Code at rest that may call without a token, as members of the report's {@code audit}. */
final class RestJson {
    private RestJson() {}

    static void write(Json audit, ScanResult scan) {
        audit.array("possible_callers", a -> scan.found().forEach(c -> a.object(o -> caller(o, c))));
        audit.object("scan", s -> {
            s.texts("roots", scan.roots());
            s.number("elapsed_ms", scan.elapsedMillis());
            s.number("files", scan.files());
            s.number("bytes_read", scan.bytesRead());
            s.number("new_enough", scan.newEnough());
            s.number("unlisted", scan.unlisted());
            s.array(
                    "not_looked_at",
                    a -> scan.misses()
                            .forEach(m -> a.object(o -> o.text("code", m.code())
                                    .text("message", m.reason())
                                    .number("count", m.count())
                                    .text("example", m.example()))));
        });
    }

    private static void caller(Json j, PossibleCaller c) {
        j.text("kind", c.kind());
        j.text("name", c.name());
        j.text("version", c.version());
        if (c.clientId() != null) {
            j.object("client", o -> o.text("id", c.clientId()));
        }
        j.text("place", c.place());
        j.text("inside", c.inside());
        j.text("why", c.why());
        j.text("change", c.change());
        j.text("source", c.source());
        j.text("owner", c.owner());
        j.text("seen_live", c.seenLive());
        if (!c.lines().isEmpty()) {
            j.array(
                    "script_lines",
                    a -> c.lines()
                            .forEach(l -> a.object(o -> o.text("file", l.file())
                                    .number("line", l.number())
                                    .text("text", l.text()))));
        }
    }
}
