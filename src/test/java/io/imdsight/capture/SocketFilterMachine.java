package io.imdsight.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Runs a classic BPF program as the kernel does on a socket (net/core/filter.c): loads from SKF_NET_OFF on count from the network header,
 * SKF_AD_PROTOCOL is the packet's protocol, a load outside of the packet ends the program with 0. Refuses what the kernel's checker refuses.
 */
final class SocketFilterMachine {
    private final ByteBuffer program;
    private final int length;

    SocketFilterMachine(byte[] program) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        this.length = program.length / 8;
        check();
    }

    /** linux/bpf_common.h: at most BPF_MAXINSNS; jumps forward and inside; a return at the end. */
    private void check() {
        if (program.capacity() % 8 != 0 || length == 0 || length > 4096) {
            throw new IllegalArgumentException("the kernel would refuse " + program.capacity() + " bytes");
        }
        for (int pc = 0; pc < length; pc++) {
            int code = code(pc);
            if ((code & 7) == 5) {
                long farthest = code == 5 ? k(pc) & 0xffff_ffffL : Math.max(ifTrue(pc), ifFalse(pc));
                if (pc + 1 + farthest >= length) {
                    throw new IllegalArgumentException("instruction " + pc + " jumps out of the program");
                }
            }
        }
        if ((code(length - 1) & 7) != 6) {
            throw new IllegalArgumentException("the program does not end with a return");
        }
    }

    /**
     * How many bytes would be copied.
     *
     * @param ip the packet from its network header on
     */
    int run(int protocol, byte[] ip) {
        long a = 0;
        long x = 0;
        for (int pc = 0; pc < length; pc++) {
            int code = code(pc);
            int k = k(pc);
            switch (code) {
                case 0x20, 0x28, 0x30, 0x40, 0x48, 0x50 -> {
                    long at = (code & 0x40) == 0 ? k : (int) (x + k);
                    int bytes = (code & 0x18) == 0x10 ? 1 : (code & 0x18) == 0x08 ? 2 : 4;
                    if (at == -0x1000) {
                        a = protocol;
                    } else {
                        long offset = at + 0x100000;
                        if (offset < 0 || offset + bytes > ip.length) {
                            return 0;
                        }
                        a = number(ip, (int) offset, bytes);
                    }
                }
                case 0xb1 -> {
                    int offset = k + 0x100000;
                    if (offset < 0 || offset >= ip.length) {
                        return 0;
                    }
                    x = 4L * (ip[offset] & 15);
                }
                case 0x74 -> a >>>= k;
                case 0x05 -> pc += k;
                case 0x15 -> pc += a == (k & 0xffff_ffffL) ? ifTrue(pc) : ifFalse(pc);
                case 0x45 -> pc += (a & k) != 0 ? ifTrue(pc) : ifFalse(pc);
                case 0x06 -> {
                    return k;
                }
                default -> throw new IllegalArgumentException("unknown instruction " + Integer.toHexString(code));
            }
        }
        throw new IllegalStateException("ran off the end");
    }

    private static long number(byte[] b, int at, int bytes) {
        long out = 0;
        for (int i = 0; i < bytes; i++) {
            out = out << 8 | b[at + i] & 0xff;
        }
        return out;
    }

    private int code(int pc) {
        return program.getShort(8 * pc) & 0xffff;
    }

    private int ifTrue(int pc) {
        return program.get(8 * pc + 2) & 0xff;
    }

    private int ifFalse(int pc) {
        return program.get(8 * pc + 3) & 0xff;
    }

    private int k(int pc) {
        return program.getInt(8 * pc + 4);
    }
}
