package io.imdsight.publish;

import static io.imdsight.publish.Samples.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Evidence;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextFormatTest {
    private final TextFormat plain = new TextFormat(new TextFormat.Style(false, false, true));
    private final TextFormat colour = new TextFormat(new TextFormat.Style(true, false, true));
    private final TextFormat replay = new TextFormat(new TextFormat.Style(false, true, false));

    @Test
    void aV1CallNamesItsProcessAncestryUnitAndCause() {
        assertEquals(
                "05:04:11.123  !V1  GET /latest/meta-data/iam/security-credentials/       200  curl[6028] root"
                        + "  curl -s http://169.254.169.254/latest/meta-data/iam/security-credential…"
                        + "  ← sync.sh ← nightly-backup.sh ← systemd  nightly.service  (never tried v2)\n",
                line(plain, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)));
    }

    @Test
    void aReplayedCallShowsAddressAndUserAgentInstead() {
        assertEquals(
                "2026-11-22 05:04:11.123  !V1  GET /latest/meta-data/iam/security-credentials/       200  10.0.0.5:40312"
                        + "  curl/7.88.1\n",
                line(replay, Samples.v1(null, Samples.FROM_FILE)));
    }

    @Test
    void anUnknownCallerOfALiveCaptureIsSaidToBeUnknownAndWhy() {
        String line = line(plain, Samples.v1(null, Evidence.none("it had ended")));
        assertTrue(line.endsWith("10.0.0.5:40312  curl/7.88.1  [caller not known: it had ended]\n"), line);
    }

    @Test
    void weakerEvidenceAndALostAnswerAreNamed() {
        String line = line(plain, Samples.lostToken());
        assertTrue(line.contains(" v2  PUT /latest/api/token "), line);
        assertTrue(line.contains("no answer (200 was lost on the way)"), line);
        assertTrue(line.endsWith("[by socket table]\n"), line);
    }

    @Test
    void aHiddenRequestShowsQuestionMarks() {
        String line = line(replay, Samples.hidden());
        assertTrue(line.contains(" v?  ? ? "), line);
        assertTrue(line.contains("???"), line);
    }

    @Test
    void colourIsWrittenOnlyWhereAsked() {
        assertFalse(
                line(plain, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)).contains("\u001b"));
        String line = line(colour, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE));
        assertTrue(line.contains("\u001b[1;31m!V1  \u001b[0m"), line);
        assertEquals(
                line(plain, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)),
                line.replaceAll("\u001b\\[[0-9;]*m", ""));
    }

    @Test
    void aLongPathIsCutAndNeverThroughACharacter() {
        String line = line(replay, Samples.v2("/" + "😀".repeat(200), null));
        assertTrue(line.contains("😀…"), line);
        assertFalse(line.contains("\\x3f"), line);
    }

    @Test
    void hostileTextNeverForgesALineOrReachesTheTerminal() {
        Random random = new Random(11);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder("\n\r\u001b[2J\u009b");
            for (int n = random.nextInt(40); n >= 0; n--) {
                text.append((char) random.nextInt(0x10000));
            }
            String line = line(replay, Samples.v2(text.toString(), text.toString()));
            assertEquals(line.length() - 1, line.indexOf('\n'));
            assertTrue(line.chars().limit(line.length() - 1).noneMatch(Character::isISOControl), line);
        }
    }
}
