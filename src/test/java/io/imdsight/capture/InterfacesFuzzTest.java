package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;

/** Any text as the kernel's tables of routes and addresses: interfaces are found, or it is said that none leads there. */
class InterfacesFuzzTest {
    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        anyTablesAreRead(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyTablesAreRead(byte[] input) throws IOException {
        String[] tables = new String(input, StandardCharsets.ISO_8859_1).split("\f", 3);
        try {
            assertFalse(Interfaces.leadingTo(Endpoints.EC2, table(tables, 0), table(tables, 1), table(tables, 2))
                    .isEmpty());
        } catch (CaptureException e) {
            assertFalse(e.getMessage().isBlank());
        }
    }

    private static StringReader table(String[] tables, int i) {
        return new StringReader(i < tables.length ? tables[i] : "");
    }
}
