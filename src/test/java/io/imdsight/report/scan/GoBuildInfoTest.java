package io.imdsight.report.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoBuildInfoTest {
    private static final List<GoBuildInfo.Module> MODULES = List.of(
            new GoBuildInfo.Module("example.org/backup", ""),
            new GoBuildInfo.Module("github.com/aws/aws-sdk-go", "1.25.37"),
            new GoBuildInfo.Module("github.com/aws/aws-sdk-go-v2", "1.0.0"),
            new GoBuildInfo.Module("example.org/instead", "2.0.0"));

    private static List<GoBuildInfo.Module> modules(byte[] file) throws IOException {
        return GoBuildInfo.modules(ByteSource.of(file));
    }

    @Test
    void modulesAreReadFromProgramsOfGo118AndLater() throws IOException {
        assertEquals(MODULES, modules(GoProgram.inline(GoProgram.MODULES)));
    }

    @Test
    void modulesAreReadFromOlderProgramsOfEitherByteOrder() throws IOException {
        assertEquals(MODULES, modules(GoProgram.pointers(GoProgram.MODULES, ByteOrder.LITTLE_ENDIAN)));
        assertEquals(MODULES, modules(GoProgram.pointers(GoProgram.MODULES, ByteOrder.BIG_ENDIAN)));
    }

    @Test
    void aReplacementFromADirectoryKeepsItsNameAndLosesItsVersion() throws IOException {
        String text = "dep\tgithub.com/aws/aws-sdk-go\tv1.44.0\n=>\t./fork\t(devel)\n";
        assertEquals(List.of(new GoBuildInfo.Module("github.com/aws/aws-sdk-go", "")), modules(GoProgram.inline(text)));
    }

    @Test
    void aFileThatEndsWithinItsModulesHasNone() throws IOException {
        for (byte[] whole : List.of(
                GoProgram.inline(GoProgram.MODULES), GoProgram.pointers(GoProgram.MODULES, ByteOrder.LITTLE_ENDIAN))) {
            int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("fedcba9876543210") + 16;
            for (int i = 0; i < end; i++) {
                assertEquals(List.of(), modules(Arrays.copyOf(whole, i)), "cut at " + i);
            }
        }
    }
}
