package io.imdsight.publish.cloudwatch;

import java.util.List;

/**
 * What CloudWatch answered to a {@link MetricQuery}.
 *
 * @param outcome accepted, or why there is nothing
 * @param values the sums, in no particular order; empty unless accepted
 */
public record MetricAnswer(PutOutcome outcome, List<Value> values) {
    public MetricAnswer {
        values = List.copyOf(values);
    }

    /**
     * One sum.
     *
     * @param metric index in the query's metrics
     * @param span index in the query's spans
     * @param minute where what it covers begins
     * @param sum as CloudWatch has it
     */
    public record Value(int metric, int span, long minute, double sum) {}

    static MetricAnswer failed(PutOutcome outcome) {
        return new MetricAnswer(outcome, List.of());
    }
}
