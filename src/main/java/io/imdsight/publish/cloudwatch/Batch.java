package io.imdsight.publish.cloudwatch;

import io.imdsight.record.PendingMinute;
import java.util.ArrayList;
import java.util.List;

/**
 * Minutes that go into one request. A minute is never divided: it is acknowledged as a whole.
 *
 * @param minutes oldest first
 * @param points theirs; empty where there is nothing to say of them
 */
record Batch(List<PendingMinute> minutes, List<Point> points) {
    /** CloudWatch API reference, PutMetricData. Its other limit, 1 MB, is far: a point of ours takes less than 900 bytes before compression. */
    static final int POINTS_MAX = 1000;

    Batch {
        minutes = List.copyOf(minutes);
        points = List.copyOf(points);
    }

    /** As many of the first minutes as fit, at least one. */
    static Batch of(List<PendingMinute> pending, MinutePoints metrics) {
        List<PendingMinute> minutes = new ArrayList<>();
        List<Point> points = new ArrayList<>();
        for (PendingMinute m : pending) {
            List<Point> more = metrics.of(m);
            if (!minutes.isEmpty() && points.size() + more.size() > POINTS_MAX) {
                break;
            }
            minutes.add(m);
            points.addAll(more);
        }
        return new Batch(minutes, points);
    }
}
