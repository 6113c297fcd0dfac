package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The process's own packet sockets (packet(7)), also those that a library opened and keeps to itself. */
public final class PacketSockets {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_DOMAIN = 39;
    private static final int AF_PACKET = 17;

    /** struct sock_filter: u16 code | u8 jump if true | u8 jump if false | u32 k. */
    private static final int INSTRUCTION_BYTES = 8;

    private PacketSockets() {}

    /**
     * Puts a filter program on every packet socket of this process.
     *
     * <pre>
     * struct sock_fprog (linux/filter.h): u16 instructions @0 | pointer to them @8
     * </pre>
     *
     * @param program struct sock_filter after struct sock_filter, in the machine's byte order
     * @throws KernelException where the kernel refuses it, or where there is no packet socket (ENOENT)
     */
    public static void attachFilter(byte[] program) throws KernelException {
        String operation = "attach a filter to the packet socket";
        int attached = 0;
        try (Memory code = new Memory(program.length);
                FileDescriptor own = FileDescriptor.of(
                        "open /proc/self/fd", LibC.open("/proc/self/fd", LibC.O_RDONLY | LibC.O_CLOEXEC))) {
            code.write(0, program, 0, program.length);
            byte[] sockFprog = ByteBuffer.allocate(16)
                    .order(ByteOrder.nativeOrder())
                    .putShort(0, (short) (program.length / INSTRUCTION_BYTES))
                    .putLong(8, Pointer.nativeValue(code))
                    .array();
            for (int fd : DirectoryList.numbers(own.number())) {
                if (isPacketSocket(fd)) {
                    if (LibC.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, sockFprog, sockFprog.length) != 0) {
                        throw new KernelException(operation, Native.getLastError());
                    }
                    attached++;
                }
            }
        }
        if (attached == 0) {
            throw new KernelException(operation, KernelException.ENOENT);
        }
    }

    private static boolean isPacketSocket(int fd) {
        byte[] domain = new byte[4];
        return LibC.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, new int[] {domain.length}) == 0
                && ByteBuffer.wrap(domain).order(ByteOrder.nativeOrder()).getInt() == AF_PACKET;
    }
}
