package io.imdsight.decode;

import io.imdsight.model.IpAddress;
import io.imdsight.model.Segment;

/**
 * Recognises a connection that is seen again under another originator's name: behind masquerade, on a capture that sees both sides of it.
 * Address translation leaves sequence numbers alone, so a SYN (or, begun in the middle, a segment with payload) to the same service with the
 * same numbers within a second is the same one; that two connections agree in 32 random bits within a second happens once in four billion
 * pairs. A table of fixed size, newest entry wins.
 */
final class Translations {
    private static final int ENTRIES = 1024;

    /** Far above what a packet takes through a host. */
    private static final long WITHIN_NANOS = 1_000_000_000L;

    /** Names of one connection: a container within a container, behind two proxies of the machine. Who makes up more makes up connections. */
    private static final int NAMES_MAX = 8;

    private final Conversation[] conversations = new Conversation[ENTRIES];
    private final int[] sequences = new int[ENTRIES];
    private final int[] acknowledgments = new int[ENTRIES];
    private final int[] lengths = new int[ENTRIES];
    private final long[] nanos = new long[ENTRIES];

    /** The conversation that this segment, the first under its name, belongs to; null where it is a new one. */
    Conversation sameConnection(Segment s, IpAddress responder, int responderPort) {
        int i = index(s);
        Conversation c = conversations[i];
        boolean same = c != null
                && !c.isDone()
                && FlowTable.names(c) < NAMES_MAX
                && sequences[i] == s.sequence()
                && acknowledgments[i] == s.acknowledgment()
                && lengths[i] == s.payloadLength()
                && Math.abs(s.timestampNanos() - nanos[i]) <= WITHIN_NANOS
                && c.connection().responderPort() == responderPort
                && c.connection().responder().equals(responder);
        return same ? c : null;
    }

    void remember(Segment s, Conversation c) {
        int i = index(s);
        conversations[i] = c;
        sequences[i] = s.sequence();
        acknowledgments[i] = s.acknowledgment();
        lengths[i] = s.payloadLength();
        nanos[i] = s.timestampNanos();
    }

    private static int index(Segment s) {
        int h = (s.sequence() * 31 + s.acknowledgment()) * 0x9e3779b9;
        return h >>> 22;
    }
}
