package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.imdsight.linux.BpfAssembler.Label;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected bytes: as the kernel's headers write them (BPF_MOV64_IMM and so on in include/linux/filter.h). */
class BpfAssemblerTest {
    private static String hex(BpfAssembler code) {
        return HexFormat.of().formatHex(code.bytes()).replaceAll("(.{16})(?!$)", "$1 ");
    }

    @Test
    void returnsANumber() {
        assertEquals(
                "b700000002000000 9500000000000000",
                hex(new BpfAssembler().moveNumber(0, 2).exit()));
    }

    @Test
    void movesAndCalculates() {
        assertEquals(
                "bfa1000000000000 07010000f8ffffff 1f36000000000000",
                hex(new BpfAssembler().move(1, 10).addNumber(1, -8).subtract(6, 3)));
        assertEquals(
                "0f96000000000000 7700000020000000 dc01000010000000",
                hex(new BpfAssembler().add(6, 9).shiftRight(0, 32).swapTwoBytes(1)));
    }

    @Test
    void loadsAndStoresOfEachSize() {
        assertEquals(
                "7917100000000000 69a1f8ff00000000 6181580000000000 7b08080000000000 620af0ff0000ffff db10000000000000",
                hex(new BpfAssembler()
                        .load(8, 7, 1, 16)
                        .load(2, 1, 10, -8)
                        .load(4, 1, 8, 88)
                        .store(8, 8, 8, 0)
                        .storeNumber(4, 10, -16, 0xffff_0000)
                        .addAtomically(0, 0, 1)));
        assertThrows(IllegalArgumentException.class, () -> new BpfAssembler().load(3, 0, 1, 0));
    }

    @Test
    void longNumbersAndMapsTakeTwoPlaces() {
        assertEquals(
                "1803000008070605 0000000004030201 1811000009000000 0000000000000000",
                hex(new BpfAssembler().moveLong(3, 0x0102_0304_0506_0708L).moveMap(1, 9)));
    }

    @Test
    void jumpsAreCountedFromTheNextInstruction() {
        Label out = new Label();
        assertEquals(
                "5502020002000000 8500000005000000 0500000000000000 9500000000000000",
                hex(new BpfAssembler()
                        .jumpIfNotEqual(2, 2, out)
                        .call(5)
                        .jump(out)
                        .label(out)
                        .exit()));
    }

    @Test
    void aProgramThatGrowsTooLongIsRefused() {
        BpfAssembler code = new BpfAssembler();
        assertThrows(IllegalArgumentException.class, () -> {
            for (int i = 0; i < 10_000; i++) {
                code.exit();
            }
        });
    }

    private static final KernelOffsets OFFSETS = new KernelOffsets(
            new SocketOffsets(12, 14, 900, 16, 0, 4, 904, 56, 72),
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19,
            20,
            21,
            22,
            8,
            16);

    private static final CopyProgram.Maps MAPS = new CopyProgram.Maps(3, 4, 5, 6);

    private static final List<ConnectRecords.Peer> PEERS = List.of(new ConnectRecords.Peer(0, 0xffff_a9fe_a9feL));

    @Test
    void aSendToAnotherPortIsLeftAloneAfterNineInstructions() {
        String text = HexFormat.of().formatHex(SendProgram.assemble(OFFSETS, MAPS, PEERS, 80));
        int port = 8 * 16;
        assertEquals("7917000000000000", text.substring(0, 16)); // r7 = the socket
        assertEquals("5501", text.substring(port, port + 4)); // if its port is not
        assertEquals("00500000", text.substring(port + 8, port + 16)); // 80 in network order
        int toEnd = Short.reverseBytes((short) Integer.parseInt(text.substring(port + 4, port + 8), 16));
        assertEquals(text.length() / 16 - 2, 9 + toEnd); // leave: r0 = 0, exit
    }

    @Test
    void aStateThatNobodyAsksForIsLeftAloneAfterFourInstructionsAndAConnectByTheSecondProgramToo() {
        StateProgram.Maps maps = new StateProgram.Maps(3, 4, 5);
        String first = HexFormat.of().formatHex(StateProgram.assemble(OFFSETS.socket(), maps, false, PEERS, 80));
        // r9 = newstate; ESTABLISHED and SYN_SENT go on, and so does what is CLOSE
        assertEquals("7919100000000000" + "1509020001000000" + "1509010002000000" + "5509", first.substring(0, 52));
        assertEquals("07000000", first.substring(56, 64));
        String second = HexFormat.of().formatHex(StateProgram.assemble(OFFSETS.socket(), maps, true, PEERS, 80));
        assertEquals("7919100000000000" + "1509010001000000" + "5509", second.substring(0, 36));
        assertEquals("07000000", second.substring(40, 48));
        for (String text : List.of(first, second)) {
            int leave = text.length() / 16 - 2; // r0 = 0, exit
            int jump = text.indexOf("5509") / 16;
            int toEnd = Short.reverseBytes((short) Integer.parseInt(text.substring(jump * 16 + 4, jump * 16 + 8), 16));
            assertEquals(leave, jump + 1 + toEnd);
        }
    }

    @Test
    void theConnectProgramBeginsByLeavingOtherStatesAlone() {
        byte[] program = ConnectProgram.assemble(OFFSETS, MAPS, PEERS, 80);
        int instructions = program.length / 8;
        String text = HexFormat.of().formatHex(program);
        assertEquals("7912100000000000", text.substring(0, 16)); // r2 = newstate
        int toEnd = Short.reverseBytes((short) Integer.parseInt(text.substring(20, 24), 16));
        assertEquals("5502", text.substring(16, 20)); // if r2 is not
        assertEquals("02000000", text.substring(24, 32)); // SYN_SENT
        assertEquals(instructions - 2, 2 + toEnd); // leave: r0 = 0, exit
        assertEquals("b7000000000000009500000000000000", text.substring(text.length() - 32));
    }
}
