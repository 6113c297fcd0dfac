package io.imdsight.decode;

/** One direction of a connection: how far it has been read, and how far its receiver says to have it. Sequence numbers are 32 bits and wrap. */
final class Stream {
    private boolean known;
    private int next;
    private int first;
    private boolean acknowledged;
    private int acknowledgedTo;
    private boolean finished;
    private MessageParser parser;

    /** How far sequence number {@code a} lies behind {@code b}; negative where before it (RFC 9293 section 3.4). */
    static int distance(int a, int b) {
        return a - b;
    }

    boolean isKnown() {
        return known;
    }

    /** The sequence number of the next byte to read. */
    int next() {
        return next;
    }

    /** The sequence number of the first byte that was expected. */
    int first() {
        return first;
    }

    void beginAt(int sequence) {
        known = true;
        first = sequence;
        next = sequence;
    }

    void advance(int count) {
        next += count;
    }

    void noteAcknowledgment(int number) {
        if (!acknowledged || distance(number, acknowledgedTo) > 0) {
            acknowledged = true;
            acknowledgedTo = number;
        }
    }

    /** Whether the receiver has said to have every byte in front of this one. */
    boolean isAcknowledgedTo(int sequence) {
        return acknowledged && distance(acknowledgedTo, sequence) >= 0;
    }

    /** Whether this is the highest number that the receiver has acknowledged. */
    boolean isAcknowledgedExactlyTo(int sequence) {
        return acknowledged && acknowledgedTo == sequence;
    }

    /** How many bytes the receiver has acknowledged that were not seen; 0 where none. */
    int acknowledgedUnseen() {
        return known && acknowledged ? Math.max(0, distance(acknowledgedTo, next)) : 0;
    }

    boolean isFinished() {
        return finished;
    }

    void finish() {
        finished = true;
    }

    MessageParser parser() {
        return parser;
    }

    void parser(MessageParser newParser) {
        parser = newParser;
    }
}
