package io.imdsight.publish;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.TreeMap;

/** What {@code /healthz} answers, as one JSON object. */
final class HealthReport {
    private HealthReport() {}

    static byte[] of(Condition c) throws IOException {
        LineBuffer line = new LineBuffer();
        Timestamps timestamps = new Timestamps();
        JsonLine out = new JsonLine(line)
                .begin()
                .truth("healthy", c.healthy())
                .truth("capturing", c.capturing())
                .time("since", c.sinceNanos(), timestamps)
                .time("started", c.startedNanos(), timestamps)
                .time("capture_progress", c.progressNanos(), timestamps)
                .truth("attributing", c.sightings())
                .truth("connect_probe", c.probe())
                .truth("socket_table", c.socketTable());
        if (!c.publishing().isEmpty()) {
            out.open("publishing");
            new TreeMap<>(c.publishing()).forEach(out::truth);
            out.close();
        }
        out.end();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        line.writeTo(bytes);
        return bytes.toByteArray();
    }
}
