package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;

/**
 * The size of a terminal.
 *
 * <pre>
 * struct winsize (asm-generic/termios.h): u16 rows | u16 columns | u16 x pixels | u16 y pixels
 * </pre>
 *
 * @param columns characters in a line, above 0
 * @param rows lines, above 0
 */
public record TerminalSize(int columns, int rows) {
    /** asm-generic/ioctls.h */
    private static final long TIOCGWINSZ = 0x5413;

    private static final int WINSIZE_BYTES = 8;

    /** The terminal behind a file descriptor; null where it is none, or does not know. */
    public static TerminalSize of(int descriptor) {
        try (Memory size = new Memory(WINSIZE_BYTES)) {
            if (LibC.ioctl(descriptor, new NativeLong(TIOCGWINSZ), size) < 0) {
                return null;
            }
            int rows = size.getShort(0) & 0xffff;
            int columns = size.getShort(2) & 0xffff;
            return rows == 0 || columns == 0 ? null : new TerminalSize(columns, rows);
        }
    }
}
