package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ValuesTest {
    @Test
    void durationsHaveUnits() {
        assertEquals(Duration.ofMillis(250), Values.duration("250ms"));
        assertEquals(Duration.ofSeconds(30), Values.duration("30s"));
        assertEquals(Duration.ofMinutes(10), Values.duration("10m"));
        assertEquals(Duration.ofHours(2), Values.duration("2h"));
        assertEquals(Duration.ofDays(1), Values.duration("1d"));
        assertEquals(Duration.ZERO, Values.duration("0s"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "30", "s", "-1s", "+1s", "1.5s", "1 s", "30S", "1w", "99999999999999999999s", "36501d", "٣s"
            })
    void anythingElseIsNoDuration(String text) {
        assertThrows(TypeConversionException.class, () -> Values.duration(text));
    }

    @Test
    void sizesHaveBinaryUnits() {
        assertEquals(512, Values.sizeBytes("512B"));
        assertEquals(64 * 1024, Values.sizeBytes("64KiB"));
        assertEquals(8L << 20, Values.sizeBytes("8MiB"));
        assertEquals(3L << 30, Values.sizeBytes("3GiB"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "KiB", "-1B", "64KB", "64k", "1.5MiB", "999999999999999GiB"})
    void anythingElseIsNoSize(String text) {
        assertThrows(TypeConversionException.class, () -> Values.sizeBytes(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "-80", "080000", "http", "80 "})
    void portsAreNumbersInRange(String text) {
        assertThrows(TypeConversionException.class, () -> Values.port(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "eth0/1", "sixteen-letters-", "é", "a\n"})
    void interfaceNamesAreThoseOfTheKernel(String text) {
        assertThrows(TypeConversionException.class, () -> new Converters.InterfaceConverter().convert(text));
    }

    @Test
    void noTimeAtAllIsRefusedForARunsLength() {
        assertThrows(TypeConversionException.class, () -> new Converters.DurationConverter().convert("0s"));
    }
}
