package io.imdsight.decode;

import io.imdsight.model.Escaped;
import io.imdsight.model.Secrets;

/** The request target's forms, RFC 9112 section 3.2. */
final class Target {
    private Target() {}

    /** The target as sent, escaped and without secrets; of the absolute form the path and query, {@code /} where it has none. */
    static String path(byte[] b, int offset, int length) {
        int authority = authority(b, offset, length);
        if (authority == 0) {
            return Secrets.inTarget(Escaped.of(b, offset, length));
        }
        int i = authority;
        while (i < length && b[offset + i] != '/' && b[offset + i] != '?' && b[offset + i] != '#') {
            i++;
        }
        String rest = Escaped.of(b, offset + i, length - i);
        return Secrets.inTarget(rest.startsWith("/") ? rest : "/" + rest);
    }

    /** Where the authority of an absolute form begins, behind {@code scheme://}; 0 where the target has another form. */
    private static int authority(byte[] b, int offset, int length) {
        int i = 0;
        while (i < length && Ascii.isTokenCharacter(b[offset + i])) {
            i++;
        }
        return i > 0 && Ascii.startsWith(b, offset + i, length - i, "://") ? i + "://".length() : 0;
    }
}
