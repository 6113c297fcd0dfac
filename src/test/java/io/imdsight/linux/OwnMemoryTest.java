package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnMemoryTest {
    private static List<OwnMemory.Mapping> unchanged(String head, String anonymous) throws IOException {
        String smaps = head + "\nSize:              16944 kB\nAnonymous:         " + anonymous
                + " kB\nVmFlags: rd ex mr mw me\n";
        return OwnMemory.unchanged(new BufferedReader(new StringReader(smaps)));
    }

    @Test
    void codeOfALibraryIsGivenBack() throws IOException {
        assertEquals(
                List.of(new OwnMemory.Mapping(0x7fee5dae3000L, 0x108c000)),
                unchanged(
                        "7fee5dae3000-7fee5eb6f000 r-xp 00304000 fe:00 1234   /opt/imdsight/runtime/lib/server/libjvm.so",
                        "0"));
    }

    @Test
    void tablesThatWereFilledWhenTheLibraryWasLoadedStay() throws IOException {
        assertEquals(
                List.of(), unchanged("7fee5ee80000-7fee5ef6b000 r--p 016a0000 fe:00 1234   /opt/libjvm.so", "940"));
    }

    @Test
    void whatMayBeWrittenToStays() throws IOException {
        assertEquals(List.of(), unchanged("11001000-11c74000 rw-p 00001000 fe:00 1234   /opt/lib/imdsight.jsa", "0"));
    }

    @Test
    void whatNoFileHoldsStays() throws IOException {
        assertEquals(List.of(), unchanged("7fee2c000000-7fee2c726000 r--p 00000000 00:00 0", "0"));
        assertEquals(List.of(), unchanged("7fee1b800000-7fee1c000000 r--s 00000000 00:08 77   socket:[1642714]", "0"));
        assertEquals(
                List.of(), unchanged("7fee1b800000-7fee1c000000 r--s 00000000 00:08 77   anon_inode:bpf-map", "0"));
    }

    @Test
    void thisProcessGoesOnWithoutIt() {
        for (int i = 0; i < 3; i++) {
            assertDoesNotThrow(OwnMemory::giveBack);
            assertEquals("b", "abc".substring(1, 2));
        }
    }
}
