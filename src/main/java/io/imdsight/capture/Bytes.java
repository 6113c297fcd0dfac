package io.imdsight.capture;

/** Numbers out of byte arrays. Plain shifts: the launcher stops at the first compiler, which does not see through a VarHandle. */
final class Bytes {
    private Bytes() {}

    static int u8(byte[] b, int at) {
        return b[at] & 0xff;
    }

    static int u16(byte[] b, int at) {
        return (b[at] & 0xff) << 8 | b[at + 1] & 0xff;
    }

    static int i32(byte[] b, int at) {
        return (b[at] & 0xff) << 24 | (b[at + 1] & 0xff) << 16 | (b[at + 2] & 0xff) << 8 | b[at + 3] & 0xff;
    }

    static int i32Little(byte[] b, int at) {
        return (b[at + 3] & 0xff) << 24 | (b[at + 2] & 0xff) << 16 | (b[at + 1] & 0xff) << 8 | b[at] & 0xff;
    }

    static long i64(byte[] b, int at) {
        return (long) i32(b, at) << 32 | i32(b, at + 4) & 0xffff_ffffL;
    }

    /** Two bytes in the order that a file declares. */
    static int u16(byte[] b, int at, boolean little) {
        return little ? (b[at + 1] & 0xff) << 8 | b[at] & 0xff : u16(b, at);
    }

    /** Four bytes in the order that a file declares. */
    static int i32(byte[] b, int at, boolean little) {
        return little ? i32Little(b, at) : i32(b, at);
    }
}
