package io.imdsight.publish.cloudwatch;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;

/** Takes points; never throws for what happens outside of this process. One thread at a time. */
public interface MetricSink extends Closeable {
    /**
     * CloudWatch, by the AWS SDK in a process of its own that lives while there is something to put.
     *
     * @param archive its archive of classes; null, or no file, where there is none
     */
    static MetricSink ofProcess(Path archive, Target target) {
        return new PutProcess(PutProcess.command(archive), target);
    }

    /**
     * Puts points in one request.
     *
     * @param points 1 to {@link Batch#POINTS_MAX}
     */
    PutOutcome put(List<Point> points);

    /** Lets go of what is held between puts; the next put takes it up again. */
    void rest();

    @Override
    void close();
}
