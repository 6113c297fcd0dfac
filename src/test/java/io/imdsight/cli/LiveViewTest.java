package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Cause;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.report.Columns;
import io.imdsight.report.Findings;
import io.imdsight.report.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveViewTest {
    private static Verdict callers(int count) {
        Findings machine = new Findings();
        for (int i = 0; i < count; i++) {
            String name = "東京-" + i + "\u001b[2J" + "x".repeat(i);
            machine.add(
                    Findings.process("/opt/" + i, name, name),
                    "agent",
                    "/latest/meta-data/iam/security-credentials/" + "y".repeat(300),
                    0,
                    Version.V1,
                    Kind.METADATA,
                    Outcome.SERVED,
                    Cause.NEVER_TRIED);
        }
        return machine.report().verdict();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 80, 200})
    void noLineIsWiderThanTheTerminalAndNoViewHigher(int columns) {
        for (int rows : new int[] {4, 10, 50}) {
            List<String> lines = LiveView.lines(callers(30), 61_000, 600_000, columns, rows);
            assertTrue(lines.size() <= rows, lines.size() + " lines for " + rows);
            for (String line : lines) {
                assertTrue(Columns.width(line) < columns, columns + ": " + line);
                assertTrue(line.chars().noneMatch(Character::isISOControl), line);
            }
        }
    }

    @Test
    void theTimeLeftIsShownAsABarAndTheCallersAsATable() {
        List<String> lines = LiveView.lines(callers(2), 300_000, 600_000, 100, 20);
        assertTrue(
                lines.getFirst().startsWith("audit [####################--------------------] 5m left"),
                lines.getFirst());
        assertTrue(lines.get(1).startsWith("v1 2   v2 0"), lines.get(1));
        assertTrue(lines.get(3).contains("CREDENTIALS"), lines.get(3));
        assertTrue(LiveView.lines(callers(0), 5_000, 0, 80, 20).getFirst().startsWith("audit: 5s so far"));
    }

    @Test
    void itIsDrawnInPlaceOnceAndTakenAwayWhole() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LiveView view = new LiveView(new PrintStream(bytes, true, StandardCharsets.UTF_8), -1);
        Verdict v = callers(1);
        view.draw(v, 1000, 600_000);
        view.draw(v, 1000, 600_000);
        String once = bytes.toString(StandardCharsets.UTF_8);
        assertEquals(4, once.lines().count());
        view.clear();
        assertTrue(bytes.toString(StandardCharsets.UTF_8).endsWith("\u001b[4A\r\u001b[J"));
    }

    @Test
    void theTargetThatIsShownIsNotThatOfATokenRequest() {
        Findings machine = new Findings();
        machine.add(
                Findings.process("/usr/bin/curl", "curl", "curl"),
                "curl/8",
                "/latest/api/token",
                0,
                Version.V2,
                Kind.TOKEN,
                Outcome.REFUSED,
                null);
        machine.add(
                Findings.process("/usr/bin/curl", "curl", "curl"),
                "curl/8",
                "/latest/meta-data/mac",
                0,
                Version.V1,
                Kind.METADATA,
                Outcome.SERVED,
                Cause.TOKEN_REFUSED);
        List<String> lines = LiveView.lines(machine.report().verdict(), 1_000, 600_000, 100, 20);
        assertTrue(lines.get(3).endsWith("/latest/meta-data/mac"), lines.get(3));
    }
}
