package io.imdsight.decode;

/** What requests and answers differ in, and what a {@link MessageParser} has to say: one for each direction of a connection. */
interface MessageGrammar {
    /** Reads a start line; false where it is none. */
    boolean startLine(byte[] b, int offset, int length);

    /** Whether these bytes may be the beginning of a start line. */
    boolean mayStart(byte[] b, int offset, int length);

    /** One header line, folded continuation lines left out. */
    void header(byte[] b, int offset, int nameLength, int length);

    /** The head is complete, or too long and its end has been found. */
    BodySkipper.Kind headEnd();

    /** A gap or the limit hides the rest of the head; its start line was read. */
    void headCut();

    /** A gap or the limit hides the rest of a start line that began with these bytes; false where they can be none. */
    boolean startLineCut(byte[] b, int offset, int length);

    /** Bytes where a start line should be, and none of HTTP/1. */
    void notHttp();

    /** Bytes are missing, so that messages may have been missed. */
    void lostStep();

    /** Where the body ends, and whether there is one, cannot be told. */
    void bodyUnclear();

    /** Bytes of a body were passed over. */
    void bodySkipped();

    /** Bytes were lost for want of budget. */
    void overBudget();
}
