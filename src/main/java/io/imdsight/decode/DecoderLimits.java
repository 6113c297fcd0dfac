package io.imdsight.decode;

/**
 * What a decoder may hold and how long it waits.
 *
 * @param connectionsMax connections known at a time; beyond it finished ones are forgotten first, then silent ones, then the least recently
 *     used (counted)
 * @param streamBytesMax bytes of streams held at a time over all connections: segments that wait for their turn, unfinished lines, targets of
 *     requests that wait for an answer
 * @param headBytesMax the longest head that is read, start line and empty line included; of a longer one the version is undetermined
 * @param pendingMax requests that wait for an answer, a connection
 * @param answerTimeoutNanos how long a request waits for its answer
 * @param reorderNanos how long a segment waits for one that should have come before it, once the peer has acknowledged that one
 * @param reorderSegments how many later segments of its connection it waits for at the most, in that case
 * @param lingerNanos how long a finished connection is remembered, so that late copies of its packets are not taken for a new one
 */
public record DecoderLimits(
        int connectionsMax,
        long streamBytesMax,
        int headBytesMax,
        int pendingMax,
        long answerTimeoutNanos,
        long reorderNanos,
        int reorderSegments,
        long lingerNanos) {
    /**
     * 16,384 connections are sixteen seconds of an interface's whole budget (1,024 packets a second) spent on nothing but opening them; with
     * some 1,000 bytes each while they are open they take 16 MiB. 8 MiB of streams hold 128 of the longest heads. Half a second is far above what a capture
     * shuffles and far below a client's timeout.
     */
    public static final DecoderLimits DEFAULT =
            new DecoderLimits(16_384, 8L << 20, 64 << 10, 256, 30_000_000_000L, 500_000_000L, 16, 60_000_000_000L);
}
