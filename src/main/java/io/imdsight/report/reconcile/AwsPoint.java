package io.imdsight.report.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * What CloudWatch says of a stretch of time.
 *
 * @param metric which count
 * @param minute where the stretch begins, whole minutes since 1970-01-01T00:00Z
 * @param minutes how long it is: 1, 5 or 60
 * @param count calls in it
 */
public record AwsPoint(AwsMetric metric, long minute, int minutes, long count) {
    /** What basic monitoring covers with a point; EC2 user guide, "CloudWatch metrics that are available for your instances". */
    static final int BASIC_MINUTES = 5;

    /**
     * The points of a metric that was asked for by the minute. Detailed monitoring has a point a minute; basic monitoring has one in five minutes, which
     * covers those that follow, and where in the five they stand depends on when the instance started: so the distance between points tells.
     *
     * @param sums by minute
     */
    public static List<AwsPoint> ofMinutes(AwsMetric metric, NavigableMap<Long, Long> sums) {
        List<AwsPoint> out = new ArrayList<>();
        for (Map.Entry<Long, Long> e : sums.entrySet()) {
            Long before = sums.lowerKey(e.getKey());
            Long after = sums.higherKey(e.getKey());
            boolean near = before != null && e.getKey() - before < BASIC_MINUTES
                    || after != null && after - e.getKey() < BASIC_MINUTES;
            out.add(new AwsPoint(metric, e.getKey(), near ? 1 : BASIC_MINUTES, e.getValue()));
        }
        return out;
    }
}
