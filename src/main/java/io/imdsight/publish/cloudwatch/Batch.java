package io.imdsight.publish.cloudwatch;

/** Limits of one PutMetricData, from CloudWatch's API reference. */
final class Batch {
    /** As CloudWatch has it. */
    static final int POINTS_MAX = 1000;

    private Batch() {}
}
