package io.imdsight.cli.scan;

import java.time.Duration;

/**
 * How much a scan may do. What goes beyond is said in the report.
 *
 * @param time how long it may take
 * @param files how many files it may look at
 * @param bytesRead how much it may read
 */
public record ScanLimits(Duration time, long files, long bytesRead) {
    /** A large server has some million files. */
    public static final long FILES_MAX = 5_000_000;

    /** Of a disk that gives 125 MB a second, as EBS volumes do, half a minute's. */
    public static final long BYTES_READ_MAX = 4L << 30;
}
