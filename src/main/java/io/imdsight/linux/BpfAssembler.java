package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Instructions for the kernel's BPF machine (Documentation/bpf/standardization/instruction-set.rst), one after the other.
 *
 * <pre>
 * u8 operation | u8 registers: bits 0-3 destination, 4-7 source | s16 offset | s32 number
 * </pre>
 *
 * Registers: 0 a call's result, 1-5 its arguments, 6-9 kept over calls, 10 the end of the stack. Only little-endian machines.
 */
final class BpfAssembler {
    static final int R0 = 0;
    static final int R1 = 1;
    static final int R2 = 2;
    static final int R3 = 3;
    static final int R4 = 4;
    static final int R6 = 6;
    static final int R7 = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int STACK = 10;

    private static final int INSTRUCTION_BYTES = 8;

    /** Ours has some 730; the kernel's own limit without privilege is 4,096. */
    private static final int INSTRUCTIONS_MAX = 4096;

    /** Sizes in a load's or store's operation. */
    private static final int DOUBLE_WORD = 0x18;

    private static final int IMMEDIATE_LOAD = 0x18;
    private static final int LOAD = 0x61;
    private static final int STORE_NUMBER = 0x62;
    private static final int STORE = 0x63;
    private static final int ATOMIC = 0xc3 | DOUBLE_WORD;
    private static final int PSEUDO_MAP = 1;

    private ByteBuffer out = ByteBuffer.allocate(512 * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** A place to jump to, before or after it is known. */
    static final class Label {
        private int at = -1;
        private int[] jumps = new int[0];
    }

    /** {@code destination = source}. */
    BpfAssembler move(int destination, int source) {
        return put(0xbf, destination, source, 0, 0);
    }

    /** {@code destination = number}. */
    BpfAssembler moveNumber(int destination, int number) {
        return put(0xb7, destination, 0, 0, number);
    }

    /** {@code destination += number}. */
    BpfAssembler addNumber(int destination, int number) {
        return put(0x07, destination, 0, 0, number);
    }

    /** {@code destination += source}. */
    BpfAssembler add(int destination, int source) {
        return put(0x0f, destination, source, 0, 0);
    }

    /** {@code destination >>>= bits}. */
    BpfAssembler shiftRight(int destination, int bits) {
        return put(0x77, destination, 0, 0, bits);
    }

    /** Turns a number of 2 bytes from network order into the machine's, or back. */
    BpfAssembler swapTwoBytes(int destination) {
        return put(0xdc, destination, 0, 0, 16);
    }

    /** {@code destination -= source}. */
    BpfAssembler subtract(int destination, int source) {
        return put(0x1f, destination, source, 0, 0);
    }

    /** {@code destination = number}, of 64 bits; two places. */
    BpfAssembler moveLong(int destination, long number) {
        return put(IMMEDIATE_LOAD, destination, 0, 0, (int) number).put(0, 0, 0, 0, (int) (number >>> 32));
    }

    /** {@code destination = the map of a descriptor}; two places. */
    BpfAssembler moveMap(int destination, int descriptor) {
        return put(IMMEDIATE_LOAD, destination, PSEUDO_MAP, 0, descriptor).put(0, 0, 0, 0, 0);
    }

    /** {@code destination = *(source + offset)}, of 2, 4 or 8 bytes, without a sign. */
    BpfAssembler load(int bytes, int destination, int source, int offset) {
        return put(LOAD | size(bytes), destination, source, offset, 0);
    }

    /** {@code *(destination + offset) = source}. */
    BpfAssembler store(int bytes, int destination, int offset, int source) {
        return put(STORE | size(bytes), destination, source, offset, 0);
    }

    /** {@code *(destination + offset) = number}, its sign extended. */
    BpfAssembler storeNumber(int bytes, int destination, int offset, int number) {
        return put(STORE_NUMBER | size(bytes), destination, 0, offset, number);
    }

    /** {@code *(destination + offset) += source}, of 8 bytes, at once. */
    BpfAssembler addAtomically(int destination, int offset, int source) {
        return put(ATOMIC, destination, source, offset, 0);
    }

    /** Calls a helper of the kernel, linux/bpf.h. */
    BpfAssembler call(int helper) {
        return put(0x85, 0, 0, 0, helper);
    }

    BpfAssembler exit() {
        return put(0x95, 0, 0, 0, 0);
    }

    BpfAssembler jump(Label to) {
        return jump(0x05, 0, 0, 0, to);
    }

    BpfAssembler jumpIfEqual(int a, int number, Label to) {
        return jump(0x15, a, 0, number, to);
    }

    BpfAssembler jumpIfNotEqual(int a, int number, Label to) {
        return jump(0x55, a, 0, number, to);
    }

    BpfAssembler jumpIfRegistersEqual(int a, int b, Label to) {
        return jump(0x1d, a, b, 0, to);
    }

    BpfAssembler jumpIfRegistersDiffer(int a, int b, Label to) {
        return jump(0x5d, a, b, 0, to);
    }

    /** Without signs. */
    BpfAssembler jumpIfAtMost(int a, int number, Label to) {
        return jump(0xb5, a, 0, number, to);
    }

    private BpfAssembler jump(int operation, int a, int b, int number, Label to) {
        to.jumps = Arrays.copyOf(to.jumps, to.jumps.length + 1);
        to.jumps[to.jumps.length - 1] = count();
        return put(operation, a, b, 0, number);
    }

    /** Says that a label is here. */
    BpfAssembler label(Label label) {
        label.at = count();
        for (int jump : label.jumps) {
            // counted from the instruction after the jump; all our jumps lead forward
            out.putShort(jump * INSTRUCTION_BYTES + 2, (short) (label.at - jump - 1));
        }
        return this;
    }

    int count() {
        return out.position() / INSTRUCTION_BYTES;
    }

    byte[] bytes() {
        return Arrays.copyOf(out.array(), out.position());
    }

    private static int size(int bytes) {
        return switch (bytes) {
            case 2 -> 0x08;
            case 4 -> 0;
            case 8 -> DOUBLE_WORD;
            default -> throw new IllegalArgumentException("no access of " + bytes + " bytes");
        };
    }

    private BpfAssembler put(int operation, int destination, int source, int offset, int number) {
        if (count() >= INSTRUCTIONS_MAX || offset != (short) offset) {
            throw new IllegalArgumentException("too long a program");
        }
        if (out.remaining() < INSTRUCTION_BYTES) {
            out = ByteBuffer.allocate(out.capacity() * 2)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(out.flip());
        }
        out.put((byte) operation).put((byte) (source << 4 | destination));
        out.putShort((short) offset).putInt(number);
        return this;
    }
}
