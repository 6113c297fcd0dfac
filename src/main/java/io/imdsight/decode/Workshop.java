package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.Drops;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;

/**
 * What all connections of a decoder share.
 *
 * @param limits what may be held
 * @param time by which connections age
 * @param budget the bytes that are held
 * @param texts what requests say again and again
 * @param spares what finished requests left behind
 * @param drops where losses are counted
 * @param sink where exchanges go
 */
record Workshop(
        DecoderLimits limits,
        PacketTime time,
        Budget budget,
        KnownTexts texts,
        Spares spares,
        Drops drops,
        ExchangeSink sink) {
    void report(Conversation conversation, Pending p, Answer answer) {
        sink.exchange(new Exchange(
                p.timestampNanos,
                p.link,
                conversation.connection(),
                conversation.openedNanos(),
                p.head,
                p.headEnd,
                answer));
    }
}
