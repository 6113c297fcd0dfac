package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointSample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Any bytes as a command line, a cgroup file, a tracepoint's record. Nothing unprintable comes out, nothing longer than its bound, and of a planted token
 * not a piece.
 */
class ProcessNamesFuzzTest {
    private static final String TOKEN = "AQAEAKlsdkfjlskdjflskdjflskdjfQWERTYUIOPASDFGHJKLZXC==";
    private static final SocketState.Layout LAYOUT = SocketState.Layout.of(format());

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        anyProcessIsNamed(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyProcessIsNamed(byte[] input) {
        List<String> arguments = CommandLine.arguments(input, CommandLine.BYTES_MAX);
        assertTrue(arguments.size() <= CommandLine.ARGUMENTS_MAX + 1);
        arguments.forEach(ProcessNamesFuzzTest::printable);
        String title = Title.of(arguments, null, "name");
        assertTrue(title.length() <= 201);
        printable(title);
        CgroupNames names = CgroupNames.of(input);
        for (String s : new String[] {names.systemdUnit(), names.containerId(), names.podUid()}) {
            if (s != null) {
                printable(s);
            }
        }
        SocketState state = SocketState.parse(new TracepointSample(1, 2, 3, input, 0), LAYOUT);
        assertTrue(state == null || state.sourcePort() >= 0 && state.destinationPort() >= 0);
        aTokenBehindIsHidden(input);
    }

    /** However the arguments in front of it look. */
    private static void aTokenBehindIsHidden(byte[] input) {
        if (new String(input, java.nio.charset.StandardCharsets.ISO_8859_1).contains(TOKEN.substring(20, 25))) {
            return; // the search has learnt the token and shows it elsewhere
        }
        byte[] option = ("\0-H\0X-aws-ec2-metadata-token: " + TOKEN + "\0")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int front = Math.min(input.length, 512);
        byte[] line = java.util.Arrays.copyOf(input, front + option.length);
        System.arraycopy(option, 0, line, front, option.length);
        String shown = String.join(" ", CommandLine.arguments(line, CommandLine.BYTES_MAX));
        assertFalse(shown.contains(TOKEN.substring(20, 40)), shown);
    }

    private static void printable(String s) {
        assertEquals(
                0,
                s.chars()
                        .filter(c -> c < 0x20 || c == 0x7f || c >= 0x80 && c < 0xa0)
                        .count(),
                s);
    }

    private static TracepointFormat format() {
        Map<String, TracepointFormat.Field> fields = new HashMap<>();
        String[] names = {
            "skaddr", "oldstate", "newstate", "sport", "dport", "family", "saddr", "daddr", "saddr_v6", "daddr_v6"
        };
        int[] sizes = {8, 4, 4, 2, 2, 2, 4, 4, 16, 16};
        int at = 8;
        for (int i = 0; i < names.length; i++) {
            fields.put(names[i], new TracepointFormat.Field(at, sizes[i]));
            at += sizes[i];
        }
        return new TracepointFormat(1, fields);
    }
}
