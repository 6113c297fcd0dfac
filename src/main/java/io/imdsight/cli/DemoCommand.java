package io.imdsight.cli;

import io.imdsight.demo.Demo;
import io.imdsight.demo.DemoSession;
import io.imdsight.demo.UnsafeNetworkException;
import io.imdsight.model.Caller;
import io.imdsight.model.Sighting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code imdsight demo}: starts itself again in a private network, and there runs the clients and the pipeline that the agent runs. As text, all of
 * it goes to standard output, for it is one story; as JSON, the sightings only.
 */
@Command(
        name = "demo",
        description =
                "Show what imdsight sees, in a private network with a stand-in metadata service; touches nothing else.",
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    /** Selects the inner half. */
    static final String INSIDE = "--inside";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = INSIDE, hidden = true)
    boolean inside;

    @Spec
    CommandSpec spec;

    private final Console console;

    /** Written by the sighting thread until the pipeline has finished. */
    private final List<Sighting> seen = new ArrayList<>();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return inside ? inner() : outer();
    }

    private int outer() throws IOException {
        int arguments =
                spec.root().commandLine().getParseResult().originalArgs().size();
        List<String> command = Demo.thisProgram(arguments);
        command.addAll(List.of("demo", INSIDE, "--format", common.format.label()));
        if (common.debug) {
            command.add("--debug");
        }
        return Demo.reexec(command, console::say);
    }

    private int inner() throws InterruptedException {
        try (DemoSession session = DemoSession.open()) {
            SightingPrinter printer = SightingPrinter.of(console, common.format, false, true);
            LivePipeline pipeline = LivePipeline.open(session.endpoints(), session.interfaceName(), recording(printer));
            narrate("a private network with a stand-in metadata service at "
                    + String.join(
                            " and ",
                            session.endpoints().addresses().stream()
                                    .map(Object::toString)
                                    .toList())
                    + "; nothing here touches this machine's own network");
            pipeline.state().description().stream().skip(1).forEach(this::narrate);
            pipeline.start();
            session.runClients(story -> narrate("\n" + story));
            pipeline.finish();
            if (pipeline.failed() != null) {
                throw pipeline.failed();
            }
            narrate("\n" + pipeline.counts().text(pipeline.drops(), true) + "\n");
            DemoVerdict.of(seen).forEach(this::narrate);
            return ExitStatus.DONE;
        } catch (UnsafeNetworkException e) {
            throw new Failure(ExitStatus.NOT_PERMITTED, "the demo sends nothing here: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new Failure(ExitStatus.UNAVAILABLE, "the demo cannot run here: " + Failures.reason(e), e);
        }
    }

    private SightingThread.Output recording(SightingPrinter printer) {
        return new SightingThread.Output() {
            @Override
            public void accept(Sighting sighting) {
                Sighting story = belowUs(sighting);
                seen.add(story);
                printer.print(common.format == OutputFormat.JSON ? sighting : story);
            }

            @Override
            public void flush() {
                printer.flush();
            }
        };
    }

    /** The same with an ancestry that ends at this program: who started the demo is no part of the story. */
    private static Sighting belowUs(Sighting s) {
        Caller c = s.caller();
        if (c == null) {
            return s;
        }
        List<Caller> parents = c.parents().stream()
                .takeWhile(p -> p.pid() != ProcessHandle.current().pid())
                .toList();
        return new Sighting(s.exchange(), s.classification(), s.cause(), c.withParents(parents), s.evidence());
    }

    private void narrate(String text) {
        if (common.format == OutputFormat.JSON) {
            console.err().println(text.strip());
            return;
        }
        try {
            console.out().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw SightingPrinter.failure(e);
        }
    }
}
