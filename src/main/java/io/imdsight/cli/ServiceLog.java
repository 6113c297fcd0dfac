package io.imdsight.cli;

import io.imdsight.publish.LineBuffer;
import io.imdsight.publish.LogSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Lines of the service log to standard output, with priorities where that is the journal. */
final class ServiceLog implements LogSink {
    private final OutputStream out;
    private final boolean journal;

    ServiceLog(Console console) {
        this.out = console.out();
        this.journal = Journal.isAt(Journal.OUT_PATH, console.environment());
    }

    @Override
    public int lineBytesMax() {
        return journal ? Journal.LINE_BYTES_MAX : Integer.MAX_VALUE;
    }

    @Override
    public void line(int priority, LineBuffer line) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(line.length() + 3);
        if (journal) {
            whole.write(Journal.prefix(priority).getBytes(StandardCharsets.US_ASCII));
        }
        line.writeTo(whole);
        out.write(whole.toByteArray());
    }
}
