package io.imdsight.cli;

import io.imdsight.model.Sighting;
import io.imdsight.publish.BoundedJson;
import io.imdsight.publish.LineBuffer;
import io.imdsight.publish.SightingFormat;
import io.imdsight.publish.TextFormat;
import java.io.IOException;
import java.io.OutputStream;

/** Prints sightings to standard output, gathered into large writes until somebody asks for a flush. One thread. */
final class SightingPrinter {
    private final SightingFormat format;
    private final OutputStream out;
    private final LineBuffer buffer = new LineBuffer();

    SightingPrinter(SightingFormat format, OutputStream out) {
        this.format = format;
        this.out = out;
    }

    /**
     * The printer for a command.
     *
     * @param date whether the date belongs to each line of text
     * @param callers whether processes can be known at all
     */
    static SightingPrinter of(Console console, OutputFormat format, boolean date, boolean callers) {
        SightingFormat lines = format == OutputFormat.JSON
                ? new BoundedJson(
                        Journal.isAt(Journal.OUT_PATH, console.environment())
                                ? Journal.LINE_BYTES_MAX
                                : Integer.MAX_VALUE)
                : new TextFormat(new TextFormat.Style(console.colour(), date, callers));
        return new SightingPrinter(lines, console.out());
    }

    /** Prints one line, now or with the next flush. */
    void print(Sighting sighting) {
        format.append(sighting, buffer);
        if (buffer.length() >= LineBuffer.FLUSH_BYTES) {
            flush();
        }
    }

    /** Writes what waits. */
    void flush() {
        if (buffer.length() == 0) {
            return;
        }
        try {
            buffer.writeTo(out);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** What it means that standard output cannot be written. */
    static Failure failure(IOException e) {
        String reason = Failures.reason(e);
        // Linux's text for EPIPE; the virtual machine ignores SIGPIPE
        if (reason.contains("Broken pipe")) {
            return Failure.readerGone(e);
        }
        return new Failure(
                ExitStatus.OUTPUT, "cannot write to standard output: " + reason + "; what was not printed is lost", e);
    }
}
