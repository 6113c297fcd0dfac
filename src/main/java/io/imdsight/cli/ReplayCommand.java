package io.imdsight.cli;

import io.imdsight.capture.CaptureFileException;
import io.imdsight.capture.CaptureFileReader;
import io.imdsight.classify.Classifier;
import io.imdsight.decode.Decoder;
import io.imdsight.decode.DecoderLimits;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code imdsight replay FILE…}: one thread, no process to be named, nothing of the machine's network touched. */
@Command(
        name = "replay",
        description = "Print the sightings in capture files: pcap or pcapng, as they are or compressed with gzip.",
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
    /** Names standard input. */
    private static final String STANDARD_INPUT = "-";

    private static final Evidence FROM_FILE = Evidence.none("a capture file names no process");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Capture files; - reads standard input.")
    List<String> files;

    private final Console console;
    private final Counts counts = new Counts();
    private final Drops drops = new Drops();
    private volatile boolean stopped;
    private volatile EndableInput reading;

    ReplayCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Endpoints endpoints = common.endpoints();
        SightingPrinter printer = SightingPrinter.of(console, common.format, true, false);
        console.ending().onSignal(this::stop);
        int worst = ExitStatus.DONE;
        for (String file : files) {
            if (stopped) {
                break;
            }
            worst = Math.max(worst, replay(file, endpoints, printer));
            printer.flush();
        }
        console.tell(common.format, counts.text(drops, false), counts.json(drops));
        return worst;
    }

    /** What has been read is printed; the rest is not read. Called by another thread. */
    private void stop() {
        stopped = true;
        EndableInput input = reading;
        if (input != null) {
            input.end();
        }
    }

    private EndableInput open(String file, boolean piped) throws IOException {
        EndableInput out = piped ? EndableInput.of(console.in()) : EndableInput.open(Path.of(file));
        reading = out;
        if (stopped) {
            out.end();
        }
        return out;
    }

    /** Reads one file with fresh state: connections do not reach from one file into the next. */
    private int replay(String file, Endpoints endpoints, SightingPrinter printer) {
        if (file.isEmpty()) {
            console.say("cannot replay a file without a name; give a pcap or pcapng file, or - for standard input");
            return ExitStatus.NO_INPUT;
        }
        boolean piped = file.equals(STANDARD_INPUT);
        Decoder decoder = new Decoder(endpoints, DecoderLimits.DEFAULT, sink(printer, piped), drops);
        CaptureFileReader reader = new CaptureFileReader(endpoints, decoder, drops);
        try (InputStream in = open(file, piped)) {
            return readable(file, reader.read(in));
        } catch (CaptureFileException e) {
            if (stopped) {
                return ExitStatus.DONE; // the damage is where we stopped
            }
            console.say(
                    e.kind() == CaptureFileException.Kind.NOT_A_CAPTURE
                            ? "cannot replay " + file + ": " + e.getMessage() + "; give a pcap or pcapng file"
                            : file + " is damaged " + e.getMessage() + "; what comes before that is printed");
            return ExitStatus.DATA;
        } catch (IOException e) {
            console.say("cannot read " + file + ": " + Failures.reason(e) + "; check the name and the permissions");
            return ExitStatus.NO_INPUT;
        } catch (InvalidPathException e) {
            console.say("cannot read " + file + ": " + e.getReason()
                    + "; where the name is right, set LC_ALL=C.UTF-8, or give the file on standard input");
            return ExitStatus.NO_INPUT;
        } finally {
            decoder.finish();
        }
    }

    private int readable(String file, CaptureFileReader.Contents contents) {
        if (contents.unknownLinkTypes().isEmpty()) {
            return ExitStatus.DONE;
        }
        String types = contents.unknownLinkTypes().stream().map(String::valueOf).collect(Collectors.joining(", "));
        console.say("packets of link type " + types + " in " + file
                + " cannot be read; capture on an Ethernet interface or on any");
        return contents.segments() == 0 ? ExitStatus.DATA : ExitStatus.DONE;
    }

    private ExchangeSink sink(SightingPrinter printer, boolean piped) {
        return new ExchangeSink() {
            @Override
            public void exchange(Exchange exchange) {
                Classification c = Classifier.classify(exchange);
                Cause cause = c.version() == Version.V1 ? Cause.UNKNOWN : null;
                Sighting sighting = new Sighting(exchange, c, cause, null, FROM_FILE);
                counts.request(c);
                counts.sighting(sighting);
                printer.print(sighting);
                if (piped && nothingWaits()) {
                    printer.flush();
                }
            }
        };
    }

    /** Somebody may be watching a capture that goes on: print what there is before waiting for more. */
    private boolean nothingWaits() {
        try {
            return console.in().available() == 0;
        } catch (IOException e) {
            return true;
        }
    }
}
