package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * System calls through the C library, mapped directly (no proxies). Each returns what the call returns; -1 means that {@link Native#getLastError}
 * has the error number. Constants: the kernel's uapi headers, same values on x86-64 and arm64 unless said.
 */
final class LibC {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;

    /** linux/sched.h */
    static final int CLONE_NEWNET = 0x40000000;

    static final int CLONE_NEWNS = 0x00020000;

    static final int O_RDONLY = 0;
    static final int O_CLOEXEC = 0x80000;
    static final int O_NONBLOCK = 0x800;

    /** arm64 has another number, arch/arm64/include/uapi/asm/fcntl.h. */
    static final int O_DIRECTORY = "aarch64".equals(System.getProperty("os.arch")) ? 0x4000 : 0x10000;

    /** See {@link #O_DIRECTORY}. */
    static final int O_NOFOLLOW = "aarch64".equals(System.getProperty("os.arch")) ? 0x8000 : 0x20000;

    static final int O_NOATIME = 0x40000;

    /** clockid_t, linux/time.h. */
    static final int CLOCK_MONOTONIC = 1;

    /** See {@link #CLOCK_MONOTONIC}. */
    static final int CLOCK_BOOTTIME = 7;

    /** sysconf name of the page size, bits/confname.h of glibc. */
    static final int SC_PAGESIZE = 30;

    static {
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, byte[] address, int length);

    static native int setsockopt(int fd, int level, int option, byte[] value, int length);

    static native int getsockopt(int fd, int level, int option, byte[] value, int[] length);

    static native NativeLong sendto(
            int fd, byte[] data, NativeLong length, int flags, byte[] address, int addressLength);

    static native NativeLong recv(int fd, byte[] data, NativeLong length, int flags);

    static native int close(int fd);

    static native int open(String path, int flags);

    static native int openat(int directory, String path, int flags);

    static native NativeLong read(int fd, byte[] data, NativeLong length);

    static native int setns(int fd, int type);

    static native int unshare(int flags);

    static native int ioctl(int fd, NativeLong request, Pointer argument);

    static native Pointer mmap(
            Pointer address, NativeLong length, int protection, int flags, int fd, NativeLong offset);

    static native int munmap(Pointer address, NativeLong length);

    static native int poll(byte[] fds, NativeLong count, int timeoutMillis);

    static native int eventfd(int initial, int flags);

    static native NativeLong sysconf(int name);

    /** For calls that the C library does not wrap; see {@link SystemCall}. */
    static native NativeLong syscall(
            NativeLong number, Pointer a, NativeLong b, NativeLong c, NativeLong d, NativeLong e);

    /** See {@link #syscall(NativeLong, Pointer, NativeLong, NativeLong, NativeLong, NativeLong)}. */
    static native NativeLong syscall(NativeLong number, byte[] a, NativeLong b);

    /** See {@link #syscall(NativeLong, Pointer, NativeLong, NativeLong, NativeLong, NativeLong)}. */
    static native NativeLong syscall(NativeLong number, NativeLong a, NativeLong b, byte[] c, byte[] d, NativeLong e);

    static native int adjtimex(byte[] timex);

    static native int getpid();

    static native String strerror(int error);

    static native int listen(int fd, int backlog);

    static native int accept4(int fd, byte[] address, int[] length, int flags);

    static native int getsockname(int fd, byte[] address, int[] length);

    static native NativeLong send(int fd, byte[] data, NativeLong length, int flags);

    static native int shutdown(int fd, int how);
}
