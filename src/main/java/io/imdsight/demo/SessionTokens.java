package io.imdsight.demo;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Session tokens that the stand-in gave out, each with its end. Any thread may use it. */
final class SessionTokens {
    /** Enough for a test of 1,000 clients; the oldest goes first. */
    private static final int TOKENS_MAX = 4096;

    /** The real ones have 56 characters, too. */
    private static final int TOKEN_BYTES = 40;

    /** What makes them begin with AQAEA, as the real ones do. */
    private static final byte[] BEGIN = {1, 0, 4, 0};

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier clockNanos;
    private final Map<String, Long> expiryNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > TOKENS_MAX;
        }
    };

    /**
     * An empty store.
     *
     * @param clockNanos a clock that never goes back, nanoseconds
     */
    SessionTokens(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
    }

    synchronized String issue(int ttlSeconds) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        System.arraycopy(BEGIN, 0, bytes, 0, BEGIN.length);
        String token = Base64.getUrlEncoder().encodeToString(bytes);
        expiryNanos.put(token, clockNanos.getAsLong() + TimeUnit.SECONDS.toNanos(ttlSeconds));
        return token;
    }

    synchronized boolean isValid(String token) {
        Long expiry = expiryNanos.get(token);
        return expiry != null && clockNanos.getAsLong() - expiry < 0;
    }
}
