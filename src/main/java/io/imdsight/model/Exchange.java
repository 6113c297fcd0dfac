package io.imdsight.model;

/**
 * One request and what became of it.
 *
 * @param timestampNanos when the request's head was complete (or, hidden in part, last seen): nanoseconds since 1970-01-01T00:00:00Z
 * @param link where the request was first seen
 * @param connection its connection
 * @param connectionOpenedNanos when the first packet of the connection was seen; tells a reused port from its predecessor
 * @param request the request's head
 * @param headEnd TCP sequence number behind the last byte of the head (hidden in part: behind the last that was seen; not seen: behind what the answer
 *     acknowledges)
 * @param answer the answer
 */
public record Exchange(
        long timestampNanos,
        Link link,
        Connection connection,
        long connectionOpenedNanos,
        RequestHead request,
        int headEnd,
        Answer answer) {
    /** The same under the name that whoever opened the connection knows; null changes nothing. */
    public Exchange translatedFrom(Connection original) {
        return original == null
                ? this
                : new Exchange(timestampNanos, link, original, connectionOpenedNanos, request, headEnd, answer);
    }
}
