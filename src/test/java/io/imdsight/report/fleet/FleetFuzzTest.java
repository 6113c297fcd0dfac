package io.imdsight.report.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Any bytes for a feed: nothing is thrown, every line is a record or damaged, and what comes out is one line of printable text each. */
class FleetFuzzTest {
    /** The same for as long as one has: JAZZER_FUZZ=1 and this method alone. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        anyBytesAreReadOrCountedAsDamaged(input);
    }

    @FuzzTest(maxDuration = "20s")
    void anyBytesAreReadOrCountedAsDamaged(byte[] input) throws IOException {
        Fleet fleet = new Fleet(FeedLines.period(), "i-1");
        fleet.read(new ByteArrayInputStream(input), "machine");
        Inputs in = fleet.inputs;
        assertEquals(input.length, in.bytes);
        assertEquals(in.lines, in.damaged + in.callerRecords + in.heartbeats + in.events + in.otherLines);
        if (in.callerRecords + in.heartbeats + in.events == 0) {
            return; // nothing of it would be shown, and searching on is worth more than another empty page
        }
        FleetReport r = FleetReport.of(fleet);
        String page = FleetPage.page(r, 50, "fuzz");
        List<String> lines = new ArrayList<>(FleetText.lines(r, 50));
        FleetJson.lines(r, 50, lines::add);
        lines.addAll(List.of(page.split("\n", -1)));
        for (String line : lines) {
            assertTrue(line.chars().noneMatch(c -> c < 0x20 || c == 0x7f), line);
        }
        assertEquals(1, page.split("<script", -1).length - 1);
        assertTrue(page.getBytes(StandardCharsets.UTF_8).length < 10_000_000);
    }
}
