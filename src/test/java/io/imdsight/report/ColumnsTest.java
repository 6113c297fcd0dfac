package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    @Test
    void wideCharactersTakeTwoColumnsAndMarksNone() {
        assertEquals(4, Columns.width("東京"));
        assertEquals(1, Columns.width("e\u0301"));
        assertEquals("東…", Columns.cut("東京都", 4));
        assertEquals("ab  ", Columns.pad("ab", 4));
    }

    @Test
    void aLineIsBrokenAtBlanksAndWhatFollowsIsIndented() {
        assertEquals(
                List.of("  why:  it has never asked", "        for a token, and", "        goes on without"),
                Columns.wrap("  why:  it has never asked for a token, and goes on without", 8, 28));
    }

    @Test
    void aWordThatIsLongerThanALineStaysWhole() {
        String path = "/" + "x".repeat(40);
        assertEquals(List.of("  in " + path, "    and more"), Columns.wrap("  in " + path + " and more", 4, 30));
        assertEquals(List.of(path), Columns.wrap(path, 4, 30));
        assertEquals(List.of("a b c"), Columns.wrap("a b c", 4, 0), "a file is no terminal");
    }

    @Test
    void atAnyWidthNoWordIsLostAndNoLineIsWiderThanItMustBe() {
        AuditReport report = HostilePage.usual();
        String whole = words(TextReport.lines(report, false, 0));
        for (int columns : new int[] {20, 40, 80, 120, 400}) {
            List<String> lines = TextReport.lines(report, false, columns);
            assertEquals(whole, words(lines));
            lines.stream()
                    .filter(l -> columns >= 40 && l.startsWith("  "))
                    .filter(l -> !l.strip().matches("(?:curl|aws|TOKEN=).*") && !l.matches(" +[0-9]+\\. .*"))
                    .forEach(l ->
                            assertTrue(Columns.width(l) <= Math.max(columns, 18 + longestWord(l)), columns + ": " + l));
        }
    }

    private static int longestWord(String line) {
        return Stream.of(line.strip().split(" ")).mapToInt(Columns::width).max().orElse(0);
    }

    private static String words(List<String> lines) {
        return String.join(" ", lines).replaceAll("\\s+", " ");
    }
}
