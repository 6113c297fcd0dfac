package io.imdsight.publish.cloudwatch;

import io.imdsight.model.Drops;
import io.imdsight.model.Plural;
import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingMinutes;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Publishes closed minutes of the ledger to CloudWatch: soon where there was a call with version 1, seldom where there are only zeros, as each
 * time costs starting a process. {@link #step} does what is due; {@link CloudWatchThread} calls it.
 */
public final class CloudWatchPublisher {
    /** A request waits up to 30 s for its answer, and becomes a tally soon after. */
    private static final long COMPLETE_AFTER_MILLIS = 40_000;

    /** CloudWatch takes two weeks; less what a request may be under way. */
    private static final long AGE_MILLIS_MAX = 14L * 24 * 3600 * 1000 - 10 * 60_000;

    /** Ends a step, so that its thread looks up; the next one follows at once. */
    private static final int PUTS_PER_STEP_MAX = 50;

    /** The sink keeps what it holds over a wait that is shorter than this. */
    private static final long REST_MILLIS_MIN = 90_000;

    /** More than any correction of a clock that time synchronisation makes by itself. */
    private static final long JUMP_MILLIS_MIN = 10 * 60_000;

    private final Delivery delivery;
    private final MetricSink sink;
    private final Times times;
    private final LongSupplier wallMillis;
    private final LongSupplier monotonicMillis;
    private final Consumer<String> say;
    private final Backoff backoff;
    private long dueMillis;
    private long publishedMillis;
    private long clockDifferenceMillis;
    private boolean clockConfirmed;
    private boolean expirySaid;
    private volatile PutOutcome trouble;

    /**
     * How often.
     *
     * @param newsMillis a minute with a call of version 1 waits no longer than this
     * @param quietMillis zeros and calls of version 2 wait no longer than this
     */
    public record Times(long newsMillis, long quietMillis) {}

    /**
     * Starts nothing yet. Its destination must have been registered with the ledger.
     *
     * @param wallMillis milliseconds since 1970
     * @param monotonicMillis milliseconds on a clock that nobody sets
     * @param say takes sentences for the operator, one a change
     */
    public CloudWatchPublisher(
            PendingMinutes ledger,
            MetricSink sink,
            MinutePoints metrics,
            Times times,
            LongSupplier wallMillis,
            LongSupplier monotonicMillis,
            RandomGenerator random,
            Drops drops,
            Consumer<String> say) {
        this.sink = sink;
        this.times = times;
        this.wallMillis = wallMillis;
        this.monotonicMillis = monotonicMillis;
        this.say = say;
        delivery = new Delivery(ledger, sink, metrics, drops, say);
        backoff = new Backoff(random);
        clockDifferenceMillis = wallMillis.getAsLong() - monotonicMillis.getAsLong();
        publishedMillis = monotonicMillis.getAsLong();
        // a fleet that was started together does not publish together
        dueMillis = publishedMillis + random.nextLong(times.newsMillis() + 1);
    }

    /** Does what is due. Returns after how many milliseconds there is something to do again, 0 for at once. */
    public long step() {
        long waitMillis = dueMillis - monotonicMillis.getAsLong();
        if (waitMillis > 0) {
            return waitMillis;
        }
        noticeJump();
        if (clockConfirmed) {
            giveUpWhatIsTooOld();
        }
        long before = minute(wallMillis.getAsLong() - COMPLETE_AFTER_MILLIS);
        List<PendingMinute> pending = delivery.pending(before);
        boolean quiet = !Delivery.hasNews(pending) && pending.size() < Delivery.MINUTES_MAX;
        if (quiet && trouble == null && monotonicMillis.getAsLong() - publishedMillis < times.quietMillis()) {
            return next(Math.min(times.newsMillis(), times.quietMillis()));
        }
        return next(deliver(pending, before, PUTS_PER_STEP_MAX));
    }

    /** Publishes what there is, the running minute included: for the end, when nothing more can come. */
    public void last() {
        long before = minute(wallMillis.getAsLong()) + 1;
        deliver(delivery.pending(before), before, PUTS_PER_STEP_MAX);
        sink.close();
    }

    private long deliver(List<PendingMinute> first, long before, int putsMax) {
        List<PendingMinute> pending = first;
        for (int i = 0; !pending.isEmpty(); i++) {
            if (i == putsMax || Thread.currentThread().isInterrupted()) {
                return 0;
            }
            long judgements = delivery.judgements();
            PutOutcome outcome = delivery.send(pending);
            if (delivery.judgements() > judgements && !clockConfirmed) {
                clockConfirmed = true;
                giveUpWhatIsTooOld();
            }
            if (outcome.kind() != PutOutcome.Kind.ACCEPTED) {
                failed(outcome);
                return backoff.nextMillis();
            }
            pending = delivery.pending(before);
        }
        recovered();
        publishedMillis = monotonicMillis.getAsLong();
        return Math.min(times.newsMillis(), times.quietMillis());
    }

    private long next(long waitMillis) {
        if (waitMillis >= REST_MILLIS_MIN) {
            sink.rest();
        }
        dueMillis = monotonicMillis.getAsLong() + waitMillis;
        return waitMillis;
    }

    /**
     * CloudWatch checks the clock with every signature (to some minutes). Until it has done so since the clock was last set, nothing is given up for
     * being old: a clock that is a month ahead would throw a fortnight of counts away.
     */
    private void noticeJump() {
        long difference = wallMillis.getAsLong() - monotonicMillis.getAsLong();
        if (Math.abs(difference - clockDifferenceMillis) > JUMP_MILLIS_MIN) {
            clockConfirmed = false;
        }
        clockDifferenceMillis = difference;
    }

    private void giveUpWhatIsTooOld() {
        long lost = delivery.giveUpBefore(minute(wallMillis.getAsLong() - AGE_MILLIS_MAX));
        if (lost > 0 && !expirySaid) {
            expirySaid = true;
            say.accept(Plural.of(lost, "call")
                    + ", and perhaps more to come, are older than the two weeks that CloudWatch takes, and are not published there;"
                    + " they stay in the ledger; counted from now on as drop cloudwatch-expired");
        }
    }

    private void failed(PutOutcome outcome) {
        PutOutcome before = trouble;
        trouble = outcome;
        if (before == null || before.kind() != outcome.kind()) {
            say.accept("CloudWatch does not take counts (" + outcome.reason()
                    + "); they stay in the ledger and are sent later, up to two" + " weeks; " + remedy(outcome.kind()));
        }
    }

    private static String remedy(PutOutcome.Kind kind) {
        return switch (kind) {
            case THROTTLED -> "nothing to do, unless it lasts";
            case UNAVAILABLE, UNANSWERED -> "check the network and --cloudwatch-endpoint if it lasts";
            case NOT_ALLOWED, REJECTED, ACCEPTED ->
                "check the role's permission cloudwatch:PutMetricData, the region and the namespace, see docs/cloudwatch.md";
        };
    }

    private void recovered() {
        backoff.reset();
        if (trouble != null) {
            trouble = null;
            say.accept("CloudWatch has all counts again");
        }
    }

    private static long minute(long millis) {
        return Math.floorDiv(millis, 60_000);
    }

    /** Whether it does not take counts now. Any thread. */
    boolean isFailing() {
        return trouble != null;
    }

    /** Requests to CloudWatch so far. */
    public long puts() {
        return delivery.puts();
    }

    /** Points whose put got no answer: each may count twice there. */
    long unansweredPoints() {
        return delivery.unansweredPoints();
    }
}
