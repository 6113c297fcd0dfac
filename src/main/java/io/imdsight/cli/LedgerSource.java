package io.imdsight.cli;

import io.imdsight.record.Coverage;
import io.imdsight.record.LedgerException;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.Tallies;
import io.imdsight.record.TallyKey;
import io.imdsight.report.BothTallies;
import io.imdsight.report.Observation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The agent's ledger as something to judge. */
final class LedgerSource implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;

    private final LedgerReader reader;
    private final Duration since;

    private LedgerSource(LedgerReader reader, Duration since) {
        this.reader = reader;
        this.since = since;
    }

    /**
     * Opens it.
     *
     * @param since how far back
     * @throws Failure where there is none, or it cannot be read
     */
    static LedgerSource open(Path directory, Duration since) {
        try {
            return new LedgerSource(LedgerReader.open(directory), since);
        } catch (LedgerException e) {
            throw failure(e);
        }
    }

    /** What a ledger that cannot be read comes to. */
    static Failure failure(LedgerException e) {
        int status = switch (e.kind()) {
            case UNREADABLE -> ExitStatus.DATA;
            case LATER -> ExitStatus.CONFIGURATION;
            case ABSENT, IN_USE, NOT_POSSIBLE -> ExitStatus.NO_INPUT;
        };
        return new Failure(status, e.getMessage(), e);
    }

    /**
     * What there is to judge, up to now: from where the ledger begins, or as far back as was asked for.
     *
     * @param captured what was captured as well; null for nothing
     */
    Observation observation(AuditWatch captured, long bootNanos, long windowMinMillis) {
        Instant now = Instant.now();
        long toNanos = now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
        long asked = TallyKey.minuteOf(toNanos - since.toSeconds() * NANOS_PER_SECOND);
        long to = TallyKey.minuteOf(toNanos) + 1;
        long begun = captured == null
                ? reader.begunNanos(toNanos)
                : Math.min(captured.startedNanos(), reader.begunNanos(toNanos));
        Tallies all = captured == null ? reader : new BothTallies(reader, captured.book());
        boolean witnessed = all.coverage(asked, to).stream().anyMatch(LedgerSource::hasWitness);
        return new Observation(
                all,
                captured == null ? "ledger" : "ledger and capture",
                Math.clamp(begun, asked * NANOS_PER_MINUTE, toNanos),
                toNanos,
                since.toMillis(),
                bootNanos,
                windowMinMillis,
                witnessed,
                null);
    }

    /** A ledger does not say whether there was a witness; one that counted anything was there. */
    private static boolean hasWitness(Coverage c) {
        return c.connections().both()
                        + c.connections().kernelOnly()
                        + c.connections().captureOnly()
                > 0;
    }

    @Override
    public void close() {
        reader.close();
    }
}
