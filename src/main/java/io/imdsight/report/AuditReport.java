package io.imdsight.report;

import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import io.imdsight.report.scan.ScanResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A verdict with all that a reader needs to act on it.
 *
 * @param verdict the verdict
 * @param entries its callers, in the same order, each with what it is and what to do
 * @param timeline requests over the window
 * @param machine where it was
 * @param budget how much it all took
 * @param scan what a scan of the disk found; null where there was none. No verdict rests on it
 */
public record AuditReport(
        Verdict verdict, List<Entry> entries, Timeline timeline, Machine machine, Budget budget, ScanResult scan) {
    public AuditReport {
        entries = List.copyOf(entries);
    }

    /**
     * Where an audit was made.
     *
     * @param instanceId as {@code i-0123456789abcdef0}; null where not known
     * @param hostName null where not known
     * @param program name and version of this program
     */
    public record Machine(String instanceId, String hostName, String program) {}

    /**
     * One caller.
     *
     * @param finding what it did
     * @param clientId the section of the table of clients; null where it was not recognised
     * @param clientName what it was recognised as, with the version where known; null where it was not
     * @param clientSign by what, as a phrase; null where it was not
     * @param speaksV2 whether that asks for a token by itself; null where not known
     * @param found what was looked up
     * @param advice what to do; empty where nothing needs to be done
     */
    public record Entry(
            CallerFinding finding,
            String clientId,
            String clientName,
            String clientSign,
            Boolean speaksV2,
            Found found,
            List<Advice> advice) {
        public Entry {
            advice = List.copyOf(advice);
        }
    }

    /**
     * Puts a report together.
     *
     * @param tallies the counts that the verdict is on
     * @param found what was looked up, by caller; may be empty
     */
    public static AuditReport of(Verdict verdict, List<Tally> tallies, Map<CallerKey, Found> found, Machine machine) {
        return of(verdict, tallies, found, machine, List.of());
    }

    /**
     * The same, with what was captured.
     *
     * @param links the interfaces that were; empty for none
     */
    public static AuditReport of(
            Verdict verdict,
            List<Tally> tallies,
            Map<CallerKey, Found> found,
            Machine machine,
            List<LinkBudget> links) {
        Recogniser recogniser = new Recogniser(ClientTable.load());
        Advisor advisor = new Advisor(machine.instanceId());
        List<Entry> entries = new ArrayList<>();
        for (CallerFinding f : verdict.callers()) {
            Found known = found.getOrDefault(f.key(), Found.NOTHING);
            Recognition r = recogniser.recognise(f.key(), f.profile(), known);
            entries.add(new Entry(
                    f,
                    r == null ? null : r.client().id(),
                    r == null ? null : r.name(),
                    r == null ? null : r.sign().phrase(),
                    r == null ? null : r.speaksV2(),
                    known,
                    advisor.advise(f, r, known)));
        }
        Evidence e = verdict.evidence();
        Timeline timeline = Timeline.of(tallies, e.fromNanos(), e.toNanos());
        return new AuditReport(verdict, entries, timeline, machine, Budget.of(verdict, tallies, links), null);
    }

    /** The same with what a scan of the disk found; which of that was also seen is noted. */
    public AuditReport with(ScanResult found) {
        return new AuditReport(verdict, entries, timeline, machine, budget, found.live(LiveMatch.of(found, entries)));
    }

    /** The command that requires tokens on this machine. */
    String enforceCommand() {
        return Commands.enforce(machine.instanceId());
    }

    /** The command that undoes it. */
    String undoCommand() {
        return Commands.undo(machine.instanceId());
    }

    /** The callers whose worst request stands so. */
    public List<Entry> entries(Standing standing) {
        return entries.stream().filter(e -> e.finding().standing() == standing).toList();
    }
}
