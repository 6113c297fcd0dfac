package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.SampleStream;
import io.imdsight.linux.TracepointSample;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Brings the table, the readings of processes and the witness up to what the kernel has recorded, in its order. Whoever connects without end gets no
 * memory out of it: what waits is bounded, the rest stays in the kernel's rings or is lost there. Used by the probe's thread only.
 */
final class ConnectIntake {
    /** Connects whose processes are read before any more are taken: reading them takes 10 ms. */
    private static final int CONNECTS_AT_ONCE_MAX = 256;

    /** Changes that wait until the connects before them are described: those of {@link Readings#UNNAMED_MAX} connections; some 3 MB. */
    private static final int NEWS_MAX = 4 * Readings.UNNAMED_MAX;

    /**
     * A change that the witness has not been told of yet.
     *
     * @param change null where it is that records were lost
     * @param begun the connect that begins with it, otherwise null
     */
    private record News(SocketState change, long epochMinusMonotonicNanos, Connect begun) {
        private static final News LOST = new News(null, 0, null);

        /** Whether its network namespace is known, or never will be. */
        boolean isReady() {
            return begun == null || begun.caller != null;
        }
    }

    private final SampleStream stream;
    private final ConnectCopies copies;
    private final SocketState.Layout layout;
    private final KernelClock clock;
    private final Drops drops;
    private final ConnectTable table;
    private final Readings readings;
    private final Witness witness;
    private final Deque<News> news = new ArrayDeque<>();
    private volatile IntConsumer connectsTo = pid -> {};
    private long lost;

    ConnectIntake(AttributorOptions options, CallerReader reader, StateSource source, ConnectCopies copies) {
        this.stream = source.stream();
        this.copies = copies;
        this.layout = source.layout();
        this.clock = options.clock();
        this.drops = options.drops();
        this.table = new ConnectTable(options.endpoints(), drops);
        this.readings = new Readings(options, copies, reader, table);
        this.witness = new Witness(drops, options.clock().monotonic());
    }

    /** Reads once what connects will bring, so that the first of them does not wait for classes. */
    void warmUp() {
        readings.warmUp();
        SocketState.parse(new TracepointSample(0, 0, 0, new byte[256], 0), layout);
    }

    /** See {@link Attributor#tellConnects}. Any thread. */
    void tellConnects(IntConsumer pids) {
        connectsTo = pids;
    }

    /** Reads the processes of all that has connected or sent up to now. */
    void read() {
        List<ConnectRecord> sends = copies.drainSends(); // before the connects, which came first
        List<TracepointSample> samples = stream.drain();
        List<Connect> begun = new ArrayList<>();
        long epochMinusMonotonicNanos = clock.epochMinusMonotonicNanos();
        for (TracepointSample sample : samples) {
            Connect c = take(sample, epochMinusMonotonicNanos);
            if (c != null) {
                begun.add(c);
            }
            boolean full = news.size() >= NEWS_MAX;
            if (full || begun.size() >= CONNECTS_AT_ONCE_MAX) {
                readings.read(begun, connectsTo);
                begun.clear();
            }
            if (full) {
                nameAll();
                tellWitness();
            }
        }
        readings.read(begun, connectsTo);
        readings.readSends(sends);
    }

    /** The connect that begins with it; null where none does. */
    private Connect take(TracepointSample sample, long epochMinusMonotonicNanos) {
        if (sample.isLoss()) {
            lost += sample.lost();
            drops.add(Drop.PROBE_RING, sample.lost());
            table.lost(sample.timeNanos() + epochMinusMonotonicNanos, sample.timeNanos());
            news.add(News.LOST);
            return null;
        }
        SocketState change = SocketState.parse(sample, layout);
        if (change == null || !table.isOurs(change)) {
            return null;
        }
        Connect c = table.apply(change, epochMinusMonotonicNanos);
        news.add(new News(change, epochMinusMonotonicNanos, c));
        return c;
    }

    /** Puts one reading into words; false where there is none. */
    boolean nameOne() {
        return readings.nameOne();
    }

    /** Puts all readings into words. */
    void nameAll() {
        while (readings.nameOne()) {
            // the next
        }
    }

    /** Whether all that was read is in words. */
    boolean isNamed() {
        return readings.isEmpty();
    }

    /** Tells the witness what is ready, in order. */
    void tellWitness() {
        while (!news.isEmpty() && news.peek().isReady()) {
            News n = news.poll();
            if (n.change() == null) {
                witness.lost();
            } else {
                witness.kernel(n.change(), n.epochMinusMonotonicNanos(), n.begun() == null ? 0 : n.begun().namespace);
            }
        }
    }

    /** What is to be done each second. */
    void tick() {
        long nowNanos = clock.monotonicNanos();
        copies.expire(nowNanos);
        table.expire(nowNanos);
        readings.expire(nowNanos);
        witness.tick();
    }

    ConnectTable table() {
        return table;
    }

    Readings readings() {
        return readings;
    }

    Witness witness() {
        return witness;
    }

    /** Records that the kernel had no room for. */
    long lost() {
        return lost + copies.lost();
    }
}
