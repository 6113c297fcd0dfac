package io.imdsight.model;

/** Takes what a decoder finds. Called by the capture's thread: an implementation must not block. */
public interface ExchangeSink {
    /**
     * A connection to the service was seen for the first time, usually by its SYN: the moment to ask the kernel for its owner.
     *
     * @param connection the connection, as first seen
     * @param timestampNanos when, nanoseconds since 1970-01-01T00:00:00Z
     */
    default void opened(Connection connection, long timestampNanos) {}

    /**
     * The same connection is seen under another name: its address was translated in between.
     *
     * @param connection the connection, as given to {@link #opened}
     * @param openedNanos the timestamp given to {@link #opened}
     * @param other the other name
     */
    default void translated(Connection connection, long openedNanos, Connection other) {}

    /**
     * A request was read; its exchange follows once it is known how it ended, which may take as long as an answer may. Tells a token request
     * that is still waiting when its caller falls back.
     *
     * @param connection the connection, as given to {@link #opened}
     * @param openedNanos the timestamp given to {@link #opened}
     * @param head the request's head
     * @param headEnd TCP sequence number behind its last byte
     * @param timestampNanos when its head was complete
     */
    default void requested(
            Connection connection, long openedNanos, RequestHead head, int headEnd, long timestampNanos) {}

    /** A request and its end. */
    void exchange(Exchange exchange);

    /**
     * Nothing more will come from this connection.
     *
     * @param connection the connection, as given to {@link #opened}
     * @param openedNanos the timestamp given to {@link #opened}
     */
    default void closed(Connection connection, long openedNanos) {}
}
