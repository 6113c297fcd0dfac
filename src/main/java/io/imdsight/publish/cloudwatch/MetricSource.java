package io.imdsight.publish.cloudwatch;

import java.nio.file.Path;

/** Gives what CloudWatch has; never throws for what happens outside of this process. */
public interface MetricSource {
    /**
     * CloudWatch, by the AWS SDK in a process of its own for each query.
     *
     * @param archive its archive of classes; null, or no file, where there is none
     * @param target its namespace is the one that is read
     */
    static MetricSource ofProcess(Path archive, Target target) {
        return new ReadProcess(PutProcess.command(archive), target);
    }

    /** Reads; blocks until CloudWatch has answered, some minutes at the most. */
    MetricAnswer read(MetricQuery query);
}
