package io.imdsight.decode;

/** Comparisons on bytes of a head. */
final class Ascii {
    private Ascii() {}

    /** Whether bytes equal a lower-case ASCII word, whatever their own case. */
    static boolean equalsIgnoreCase(byte[] b, int offset, int length, String lowerCase) {
        if (length != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int c = b[offset + i];
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes begin with an ASCII word, case and all. */
    static boolean startsWith(byte[] b, int offset, int length, String word) {
        if (length < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (b[offset + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes are the beginning of the word, or the word is the beginning of the bytes. */
    static boolean agrees(byte[] b, int offset, int length, String word) {
        int count = Math.min(length, word.length());
        for (int i = 0; i < count; i++) {
            if (b[offset + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    /** A character of a token, RFC 9110 section 5.6.2. */
    static boolean isTokenCharacter(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || isDigit(c)
                || c > ' ' && "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
