package io.imdsight.model;

/**
 * What is kept of a request's head: never a header's value, the User-Agent's aside.
 *
 * @param method as sent, escaped as in {@link Escaped}; null where a gap hides it
 * @param target the request target as sent (percent-encoding and query kept, the path part of an absolute form), escaped as in
 *     {@link Escaped}; null where a gap hides it
 * @param userAgent the User-Agent header's value, escaped; null where there is none or it was not seen
 * @param headers bits of the header names seen: {@link #TOKEN} and its siblings
 * @param complete whether every byte of the head was seen, up to the empty line
 */
public record RequestHead(String method, String target, String userAgent, int headers, boolean complete) {
    /** {@code X-aws-ec2-metadata-token}: the session token. */
    public static final int TOKEN = 1;

    /** {@code X-aws-ec2-metadata-token-ttl-seconds}: asks for a session token. */
    public static final int TOKEN_TTL = 1 << 1;

    /** {@code X-Forwarded-For}: the service refuses a token request that carries it. */
    public static final int FORWARDED_FOR = 1 << 2;

    /** {@code Metadata-Flavor} or {@code X-Google-Metadata-Request}: a probe for Google's metadata server. */
    public static final int GOOGLE = 1 << 3;

    /** {@code Metadata}: a probe for Azure's metadata service. */
    public static final int AZURE = 1 << 4;

    /** Whether a header of that name was seen. */
    public boolean has(int header) {
        return (headers & header) != 0;
    }
}
