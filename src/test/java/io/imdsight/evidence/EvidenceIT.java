package io.imdsight.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code src/bench/attribution}: what must be right is asserted, what is fast is printed, because a machine that builds is no place
 * to measure.
 */
@Timeout(280)
class EvidenceIT {
    private static final int CLIENTS = 240;
    private static final long SECONDS_MAX = 250;

    @TempDir
    private static Path directory;

    private static Tools tools;

    @BeforeAll
    static void compile() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "SKIPPED: needs root for network namespaces");
        tools = Tools.compile(directory);
    }

    private static <T> T measure(Measurement.Work<T> work) throws Exception {
        return Measurement.inPrivateNetwork(tools, directory, SECONDS_MAX, work);
    }

    private static void everyOneIsNamed(Cell cell) throws Exception {
        Score score = measure(m -> m.agent(cell));
        System.out.println(score.row() + " " + score.remarks());
        assertEquals(0, score.wrong(), score::row);
        assertEquals(0, score.notSeen(), score::row);
        assertEquals(cell.clients(), score.rightPid(), score::row);
        assertEquals(cell.clients(), score.rightArguments(), score::row);
    }

    @Test
    void everyClientOfAMillisecondIsNamedWithItsArguments() throws Exception {
        everyOneIsNamed(Cell.apart(CLIENTS));
        everyOneIsNamed(Cell.bursts(CLIENTS));
    }

    @Test
    void alsoWhileTheAgentIsStoppedAgainAndAgain() throws Exception {
        everyOneIsNamed(Cell.apart(CLIENTS).stalled());
        everyOneIsNamed(Cell.bursts(CLIENTS).stalled());
    }

    @Test
    void alsoAmongAThousandProcessesOfTwentyFiles() throws Exception {
        everyOneIsNamed(Cell.bursts(CLIENTS).idle(1_000, 20));
    }

    /** The comparison is fair: where there is time, the naive way finds everybody. */
    @Test
    void theNaiveWayNamesThoseWhoLingerAndSeldomThoseWhoDoNot() throws Exception {
        Score lingering = measure(m -> m.naive(Cell.lingering(20)));
        System.out.println(lingering.row());
        assertEquals(20, lingering.rightArguments(), lingering::row);
        Score tiny = measure(m -> m.naive(Cell.apart(60)));
        System.out.println(tiny.row());
        assertTrue(tiny.rightPid() < 30, tiny::row);
    }

    @Test
    void nothingIsLeftOfAnAgentThatWasEnded() throws Exception {
        assertEquals(List.of(), measure(m -> Restarts.run(m, tools, directory, 6)));
    }

    @Test
    void manyProcessesDoNotMakeTheStartSlow() throws Exception {
        List<Many.Round> rounds = measure(m -> Many.run(m, 2_000, 5, 100, 1));
        rounds.forEach(r -> System.out.println(r.row()));
        for (Many.Round round : rounds) {
            assertEquals(100, round.score().rightArguments(), round::row);
            assertTrue(
                    round.capturesMillis() < 10_000,
                    round::row); // two seconds is the goal on a machine that does nothing else
        }
    }
}
