package io.imdsight.attribute;

import io.imdsight.linux.ProcessText;
import io.imdsight.model.Escaped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.function.LongSupplier;

/** User names by id, from a passwd file that is read again when it changes. Never asks a name service: that could reach the network. */
final class UserNames {
    private static final int BYTES_MAX = 1024 * 1024;

    /** How often the file is looked at. */
    private static final long CHECK_NANOS = 5_000_000_000L;

    private final Path passwd;
    private final LongSupplier monotonicNanos;
    private Map<Integer, String> names = Map.of();
    private FileTime changed;
    private long checkedNanos;
    private boolean checked;

    UserNames(Path passwd, LongSupplier monotonicNanos) {
        this.passwd = passwd;
        this.monotonicNanos = monotonicNanos;
    }

    /** The name; null where there is none. */
    synchronized String name(int userId) {
        long now = monotonicNanos.getAsLong();
        if (!checked || now - checkedNanos > CHECK_NANOS) {
            checked = true;
            checkedNanos = now;
            refresh();
        }
        String name = names.get(userId);
        return name == null ? null : Escaped.of(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void refresh() {
        try {
            FileTime now = Files.getLastModifiedTime(passwd);
            if (!now.equals(changed)) {
                try (InputStream in = Files.newInputStream(passwd)) {
                    names = ProcessText.accounts(in.readNBytes(BYTES_MAX));
                }
                changed = now;
            }
        } catch (IOException e) {
            changed = null; // the names known so far stay; a file being replaced is there again at the next look
        }
    }
}
