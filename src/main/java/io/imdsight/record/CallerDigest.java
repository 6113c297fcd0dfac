package io.imdsight.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** What a caller's row is found by. One thread. */
final class CallerDigest {
    private static final int BYTES = 16;

    private final MessageDigest sha;

    CallerDigest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * One value that is the same for equal keys only: each text with its length before it, −1 where there is none. The script is in it only where there
     * is one: without it the value is as in files of layout 1.
     */
    byte[] of(CallerKey k) {
        List<String> texts = k.texts();
        for (String text : k.script() == null ? texts.subList(0, texts.size() - 1) : texts) {
            byte[] bytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
            int length = bytes == null ? -1 : bytes.length;
            for (int shift = 24; shift >= 0; shift -= 8) {
                sha.update((byte) (length >> shift));
            }
            if (bytes != null) {
                sha.update(bytes);
            }
        }
        return Arrays.copyOf(sha.digest(), BYTES);
    }
}
