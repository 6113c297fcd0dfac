package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.classify.Classifier;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.RequestHead;

/** The capture thread's end of the pipeline: counts each request, whatever becomes of it afterwards, and never waits. */
final class Intake implements ExchangeSink {
    private final Attributor attributor;
    private final SightingQueue queue;
    private final Counts counts;
    private final Drops drops;

    Intake(Attributor attributor, SightingQueue queue, Counts counts, Drops drops) {
        this.attributor = attributor;
        this.queue = queue;
        this.counts = counts;
        this.drops = drops;
    }

    @Override
    public void opened(Connection connection, long timestampNanos) {
        Fault.at(Fault.Stage.DECODE);
        attributor.opened(connection, timestampNanos);
    }

    @Override
    public void translated(Connection connection, long openedNanos, Connection other) {
        attributor.translated(connection, openedNanos, other);
    }

    /** Only a token request says anything before it has ended; one that does not fit into the queue says it later. */
    @Override
    public void requested(Connection connection, long openedNanos, RequestHead head, int headEnd, long timestampNanos) {
        attributor.requested(connection, openedNanos);
        if ("PUT".equals(head.method())) {
            queue.offer(new SightingQueue.Asked(connection, openedNanos, head, headEnd, timestampNanos));
        }
    }

    @Override
    public void exchange(Exchange exchange) {
        attributor.requested(
                exchange.connection(), exchange.connectionOpenedNanos()); // its head may not have been seen
        Fault.at(Fault.Stage.CLASSIFY);
        Classification c = Classifier.classify(exchange);
        counts.request(c);
        if (!queue.offer(new SightingQueue.Finished(exchange, c))) {
            drops.add(Drop.SIGHTING_QUEUE);
        }
    }

    @Override
    public void closed(Connection connection, long openedNanos) {
        attributor.closed(connection, openedNanos);
    }
}
