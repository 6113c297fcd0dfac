package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drops;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A publisher between a ledger in memory and the stand-in, with the real SDK between them and a clock that the test moves. */
final class Scene implements Closeable {
    static final long START_MINUTE = 29_700_000; // in June 2026
    static final Map<String, String> FLEET = Map.of();
    static final Map<String, String> INSTANCE = Map.of("InstanceId", "i-0123456789abcdef0");
    static final long NEWS_MILLIS = 5 * 60_000;
    static final long QUIET_MILLIS = 30 * 60_000;

    final MemoryLedger ledger = new MemoryLedger();
    final Drops drops = new Drops();
    final List<String> said = new ArrayList<>();
    final CloudWatchStandIn cloudWatch;
    private final SdkSink sink;
    private final Random random = new Random(1);
    private final int callersMax;
    CloudWatchPublisher publisher;
    private long nowMillis = START_MINUTE * 60_000;
    private long setMillis;

    Scene() throws IOException {
        this(0);
    }

    Scene(int callersMax) throws IOException {
        System.setProperty("aws.accessKeyId", "made-up");
        System.setProperty("aws.secretAccessKey", "made-up");
        this.callersMax = callersMax;
        cloudWatch = new CloudWatchStandIn(() -> nowMillis);
        sink = SdkSink.open(new Target("imdsight", "eu-central-1", cloudWatch.endpoint()));
        restart();
    }

    /** As after a restart: what the publisher held in memory is gone, what the ledger has is not. */
    void restart() {
        List<Dimension> instance = List.of(new Dimension("InstanceId", "i-0123456789abcdef0"));
        Set<Metric> metrics = EnumSet.allOf(Metric.class);
        MinutePoints points = new MinutePoints(metrics, List.of(instance, List.of()), instance, callersMax);
        publisher = new CloudWatchPublisher(
                ledger,
                sink,
                points,
                new CloudWatchPublisher.Times(NEWS_MILLIS, QUIET_MILLIS),
                () -> nowMillis + setMillis,
                () -> nowMillis,
                random,
                drops,
                said::add);
    }

    /** The minute that is running. */
    long minute() {
        return nowMillis / 60_000;
    }

    /** Sets this machine's clock, not CloudWatch's. */
    void setClock(long aheadMillis) {
        setMillis = aheadMillis;
    }

    /** Lets time pass, stepping as the thread does. */
    void pass(long millis) {
        long end = nowMillis + millis;
        while (nowMillis < end) {
            long wait = publisher.step();
            assertTrue(wait >= 0, "waits " + wait);
            nowMillis = Math.min(end, nowMillis + Math.max(wait, 1));
        }
    }

    /** As while the machine is off. */
    void skipMinutes(long minutes) {
        nowMillis += minutes * 60_000;
    }

    void passMinutes(long minutes) {
        pass(minutes * 60_000);
    }

    /** For each minute, CloudWatch's count of a metric is the ledger's. */
    void assertEqualInEveryMinute(Metric metric, long fromMinute, long toMinute) {
        for (Map<String, String> dimensions : List.of(FLEET, INSTANCE)) {
            for (long m = fromMinute; m < toMinute; m++) {
                assertEquals(
                        (double) ledger.recorded(m, metric),
                        at(metric, dimensions, m),
                        metric + " in minute " + (m - fromMinute));
            }
        }
        assertEquals(List.of(), cloudWatch.complaints());
    }

    /** 0 also where nothing was said. */
    double at(Metric metric, Map<String, String> dimensions, long minute) {
        return Math.max(0, cloudWatch.sum(new StandInRules.Key("imdsight", metric.published(), dimensions, minute)));
    }

    /** Whether anything at all was said of a metric in a minute. */
    boolean has(Metric metric, long minute) {
        return cloudWatch.sum(new StandInRules.Key("imdsight", metric.published(), INSTANCE, minute)) >= 0;
    }

    @Override
    public void close() throws IOException {
        sink.close();
        cloudWatch.close();
    }
}
