package io.imdsight.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes classic BPF (linux/filter.h, Documentation/networking/filter.rst): one accumulator, one index register, forward jumps.
 *
 * <pre>
 * struct sock_filter:  0 code: 2   2 jump if true: 1   3 jump if false: 1   4 k: 4     in the machine's byte order; jumps count from the next
 * </pre>
 */
final class SocketFilterAssembler {
    /** Sizes of a load: BPF_W, BPF_H, BPF_B. */
    static final int WORD = 0x00;

    static final int HALF = 0x08;
    static final int BYTE = 0x10;

    private static final int LOAD_ABSOLUTE = 0x20; // BPF_LD | BPF_ABS
    private static final int LOAD_INDEXED = 0x40; // BPF_LD | BPF_IND
    private static final int LOAD_HEADER_LENGTH = 0xb1; // BPF_LDX | BPF_B | BPF_MSH: X = 4 * (byte & 15)
    private static final int SHIFT_RIGHT = 0x74; // BPF_ALU | BPF_RSH | BPF_K
    private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
    private static final int IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K
    private static final int INSTRUCTION_BYTES = 8;

    /** A conditional jump has eight bits. */
    private static final int JUMP_MAX = 255;

    private record Instruction(int code, int k, String ifTrue, String ifFalse) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    void label(String name) {
        labels.put(name, instructions.size());
    }

    void load(int size, int offset) {
        add(LOAD_ABSOLUTE | size, offset, null, null);
    }

    void loadIndexed(int size, int offset) {
        add(LOAD_INDEXED | size, offset, null, null);
    }

    void loadHeaderLength(int offset) {
        add(LOAD_HEADER_LENGTH, offset, null, null);
    }

    void shiftRight(int bits) {
        add(SHIFT_RIGHT, bits, null, null);
    }

    void jump(String target) {
        add(JUMP, 0, target, null);
    }

    void ifEqual(int value, String target) {
        add(IF_EQUAL, value, target, null);
    }

    void ifNotEqual(int value, String target) {
        add(IF_EQUAL, value, null, target);
    }

    void ifAnyBit(int bits, String target) {
        add(IF_ANY_BIT, bits, target, null);
    }

    /** Ends the program: this many bytes are copied, none with 0. */
    void accept(int bytes) {
        add(RETURN, bytes, null, null);
    }

    private void add(int code, int k, String ifTrue, String ifFalse) {
        instructions.add(new Instruction(code, k, ifTrue, ifFalse));
    }

    byte[] assemble() {
        ByteBuffer out =
                ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < instructions.size(); i++) {
            Instruction in = instructions.get(i);
            boolean always = in.code == JUMP;
            out.putShort((short) in.code);
            out.put((byte) (always ? 0 : distance(i, in.ifTrue, JUMP_MAX)));
            out.put((byte) distance(i, in.ifFalse, JUMP_MAX));
            out.putInt(always ? distance(i, in.ifTrue, Integer.MAX_VALUE) : in.k);
        }
        return out.array();
    }

    private int distance(int from, String label, int max) {
        if (label == null) {
            return 0;
        }
        int distance = labels.get(label) - from - 1;
        if (distance < 0 || distance > max) {
            throw new IllegalStateException("cannot jump from " + from + " to " + label);
        }
        return distance;
    }
}
