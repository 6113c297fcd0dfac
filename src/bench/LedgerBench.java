import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Kind;
import io.imdsight.model.Link;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.Ledger;
import io.imdsight.record.LedgerOptions;
import io.imdsight.record.LedgerReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the ledger costs: java -cp 'target/imdsight/lib/*' -Dorg.sqlite.lib.path=target/imdsight/native -Dorg.sqlite.lib.name=libsqlitejdbc.so
 * src/bench/LedgerBench.java DIRECTORY [SECONDS]. Prints the cost of a commit for each request, what a rate of 10,000 requests a second for SECONDS
 * leaves of time, file and heap, and the bytes a tally takes.
 */
class LedgerBench {
    private static final long BASE_MINUTE = 29_922_064;

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 60;
        single(directory.resolve("single"));
        rate(directory.resolve("rate"), seconds);
        density(directory.resolve("density"));
    }

    private static void single(Path directory) throws Exception {
        try (Ledger ledger = open(directory)) {
            int count = 5_000;
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long begin = System.nanoTime();
                ledger.add(sighting(BASE_MINUTE + i / 1000, i % 5));
                ledger.commit();
                nanos.add(System.nanoTime() - begin);
                if (i % 500 == 499) {
                    ledger.tick(BASE_MINUTE * 60_000_000_000L);
                }
            }
            nanos.sort(null);
            System.out.printf(
                    "one commit a request: median %d us, 99 of 100 %d us, longest %d us%n",
                    nanos.get(count / 2) / 1000, nanos.get(count * 99 / 100) / 1000, nanos.getLast() / 1000);
        }
    }

    private static void rate(Path directory, int seconds) throws Exception {
        int perSecond = 10_000;
        long busyNanos = 0;
        long begin = System.nanoTime();
        try (Ledger ledger = open(directory)) {
            for (int s = 0; s < seconds; s++) {
                for (int tenth = 0; tenth < 10; tenth++) {
                    long from = System.nanoTime();
                    for (int i = 0; i < perSecond / 10; i++) {
                        ledger.add(sighting(BASE_MINUTE + s / 60, i % 50));
                    }
                    ledger.commit();
                    busyNanos += System.nanoTime() - from;
                    long due = begin + (s * 10L + tenth + 1) * 100_000_000L;
                    Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
                }
                ledger.tick((BASE_MINUTE + s / 60) * 60_000_000_000L);
                if (s % 20 == 19) {
                    System.gc();
                    System.out.printf(
                            "  after %d s: heap %d KiB, file %d KiB, log %d KiB%n",
                            s + 1,
                            (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 10,
                            Files.size(directory.resolve("ledger.db")) >> 10,
                            Files.size(directory.resolve("ledger.db-wal")) >> 10);
                }
            }
        }
        try (LedgerReader reader = LedgerReader.open(directory)) {
            long sum = reader.tallies(0, Long.MAX_VALUE).stream().mapToLong(t -> t.count()).sum();
            System.out.printf(
                    "%d requests at %d a second: %d in the ledger, %d ms of work a second%n",
                    (long) seconds * perSecond, perSecond, sum, busyNanos / 1_000_000 / seconds);
        }
    }

    private static void density(Path directory) throws Exception {
        int tallies = 0;
        try (Ledger ledger = open(directory)) {
            for (int minute = 0; minute < 5_000; minute++) {
                for (int caller = 0; caller < 40; caller++) {
                    ledger.add(sighting(BASE_MINUTE + minute, caller));
                    tallies++;
                }
            }
            ledger.commit();
        }
        System.out.printf("%d tallies: %.1f bytes each%n", tallies, (double) Files.size(directory.resolve("ledger.db")) / tallies);
    }

    private static Ledger open(Path directory) throws Exception {
        return Ledger.open(LedgerOptions.in(directory), new Drops(), System.err::println);
    }

    private static Sighting sighting(long minute, int caller) {
        Caller c = new Caller(
                caller + 100, "/usr/bin/program-" + caller, List.of("program-" + caller, "--run"), "program-" + caller, 0, "root",
                0, "unit-" + caller + ".service", null, null, List.of());
        long at = minute * 60_000_000_000L;
        return new Sighting(
                new Exchange(
                        at, Link.UNKNOWN, new Connection(IpAddress.parse("10.0.0.5"), 40000, IpAddress.IMDS_V4, 80), at,
                        new RequestHead("GET", "/latest/meta-data/", "curl/8", 0, true), 0, new Answer(Answer.State.RECEIVED, 200)),
                new Classification(Version.V1, Kind.METADATA, Outcome.SERVED, PathClass.META_DATA),
                Cause.NEVER_TRIED,
                c,
                Evidence.CONNECT_PROBE);
    }
}
