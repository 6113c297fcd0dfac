package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Any bytes between the agent and its putting process: read, or an IOException; what was read and fits is written the same way. */
class PutWireFuzzTest {
    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        anyBytesAreReadOrRefused(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyBytesAreReadOrRefused(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(rest));
        try {
            switch (input[0] & 3) {
                case 0 -> assertNotNull(PutWire.readTarget(in).namespace());
                case 1 -> assertNotNull(PutWire.readOutcome(in).kind());
                default -> points(PutWire.readPoints(in));
            }
        } catch (IOException e) {
            assertNotNull(e);
        }
    }

    private static void points(List<Point> points) throws IOException {
        assertTrue(points.size() <= Batch.POINTS_MAX);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PutWire.writePoints(points, new DataOutputStream(out));
        assertEquals(points, PutWire.readPoints(new DataInputStream(new ByteArrayInputStream(out.toByteArray()))));
    }
}
