package io.imdsight.decode;

import io.imdsight.model.Escaped;

/** The request target's forms, RFC 9112 section 3.2. */
final class Target {
    private static final String[] SCHEMES = {"http://", "https://"};

    private Target() {}

    /** The target as sent, escaped; of the absolute form the path and query, {@code /} where it has none. */
    static String path(byte[] b, int offset, int length) {
        for (String scheme : SCHEMES) {
            if (length > scheme.length() && Ascii.equalsIgnoreCase(b, offset, scheme.length(), scheme)) {
                int i = scheme.length();
                while (i < length && b[offset + i] != '/' && b[offset + i] != '?') {
                    i++;
                }
                if (i == length) {
                    return "/";
                }
                String rest = Escaped.of(b, offset + i, length - i);
                return rest.charAt(0) == '?' ? "/" + rest : rest;
            }
        }
        return Escaped.of(b, offset, length);
    }
}
