package io.imdsight.record;

import io.imdsight.model.Drops;
import io.imdsight.model.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to count: with a commit for each request, and for a hundred at a time. */
@State(Scope.Thread)
public class CommitBench {
    private static final int CALLERS = 20;

    private Path directory;
    private Ledger ledger;
    private List<Sighting> sightings;
    private int next;

    @Setup
    public void open() throws IOException, LedgerException {
        directory = Files.createTempDirectory("commit-bench");
        ledger = Ledger.open(LedgerOptions.in(directory), new Drops(), s -> {});
        sightings = Stream.iterate(0, i -> i + 1)
                .limit(CALLERS)
                .map(i -> Seen.v1(Seen.MINUTE, "caller" + i))
                .toList();
    }

    @Benchmark
    public void oneRequestACommit() {
        ledger.add(sightings.get(next++ % CALLERS));
        ledger.commit();
    }

    @Benchmark
    public void aHundredRequestsACommit() {
        for (int i = 0; i < 100; i++) {
            ledger.add(sightings.get(next++ % CALLERS));
        }
        ledger.commit();
    }

    @TearDown
    public void close() throws IOException {
        ledger.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
