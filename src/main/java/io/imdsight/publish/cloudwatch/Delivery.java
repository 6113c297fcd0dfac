package io.imdsight.publish.cloudwatch;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Plural;
import io.imdsight.record.Destination;
import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingMinutes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes pending minutes from the ledger to the sink, oldest first, and acknowledges what arrived. What is refused as wrong is divided until a
 * single minute is left; that one is put aside so that it does not hold up the rest, and given up once CloudWatch has taken another after it: where
 * CloudWatch refuses everything, the fault is not the minute's. One thread.
 */
final class Delivery {
    /** Read from the ledger at once: bounds memory. Two hours. */
    static final int MINUTES_MAX = 120;

    /** So many minutes refused in a row, and none accepted, are not all wrong: something in the settings is. */
    private static final int ASIDE_MAX = 10;

    private final PendingMinutes ledger;
    private final MetricSink sink;
    private final MinutePoints metrics;
    private final Drops drops;
    private final Consumer<String> say;
    private final TreeSet<Long> aside = new TreeSet<>();
    private final AtomicLong puts = new AtomicLong();
    private final AtomicLong unansweredPoints = new AtomicLong();
    private int minutesMax = MINUTES_MAX;
    private long judgements;

    Delivery(PendingMinutes ledger, MetricSink sink, MinutePoints metrics, Drops drops, Consumer<String> say) {
        this.ledger = ledger;
        this.sink = sink;
        this.metrics = metrics;
        this.drops = drops;
        this.say = say;
    }

    /** What waits, oldest first, without what was put aside. */
    List<PendingMinute> pending(long beforeMinute) {
        List<PendingMinute> out =
                new ArrayList<>(ledger.closedMinutes(Destination.CLOUDWATCH, beforeMinute, MINUTES_MAX + aside.size()));
        out.removeIf(m -> aside.contains(m.minute()));
        return out;
    }

    /** Whether any of these has a call with version 1 to tell of. */
    static boolean hasNews(List<PendingMinute> pending) {
        return pending.stream().anyMatch(m -> m.pending(c -> Metric.NO_TOKEN_UNATTRIBUTED.counts(c)) > 0);
    }

    /** One put of the first of these. */
    PutOutcome send(List<PendingMinute> pending) {
        Batch batch = Batch.of(pending.subList(0, Math.min(pending.size(), minutesMax)), metrics);
        PutOutcome outcome = put(batch.points());
        switch (outcome.kind()) {
            case ACCEPTED -> accepted(batch.minutes());
            case REJECTED -> {
                if (batch.minutes().size() > 1) {
                    minutesMax = batch.minutes().size() / 2;
                    return PutOutcome.ACCEPTED; // to be tried again at once, in halves
                }
                return rejected(batch, outcome);
            }
            default -> {}
        }
        return outcome;
    }

    private PutOutcome put(List<Point> points) {
        if (points.isEmpty()) {
            return PutOutcome.ACCEPTED;
        }
        puts.incrementAndGet();
        PutOutcome outcome = sink.put(points);
        switch (outcome.kind()) {
            case ACCEPTED, REJECTED -> judgements++;
            case UNANSWERED -> unansweredPoints.addAndGet(points.size());
            default -> {}
        }
        return outcome;
    }

    private void accepted(List<PendingMinute> minutes) {
        ledger.acknowledge(Destination.CLOUDWATCH, minutes);
        minutesMax = Math.min(MINUTES_MAX, minutesMax * 2);
        if (!aside.isEmpty() && aside.first() < minutes.getLast().minute()) {
            // whatever is older than these is acknowledged or aside
            long before = Math.min(aside.last(), minutes.getLast().minute()) + 1;
            long lost = ledger.giveUp(Destination.CLOUDWATCH, before);
            drops.add(Drop.CLOUDWATCH_REJECTED, lost);
            say.accept("CloudWatch refuses a minute as wrong and takes others: "
                    + Plural.of(lost, "call of it is", "calls of it are")
                    + " not published there; they stay in the ledger");
            aside.headSet(before).clear();
        }
    }

    /** The names of callers come from others, so they are the likeliest fault. */
    private PutOutcome rejected(Batch batch, PutOutcome why) {
        List<Point> plain = metrics.withoutCallers(batch.minutes().getFirst());
        if (plain.size() < batch.points().size()) {
            PutOutcome outcome = put(plain);
            if (outcome.kind() == PutOutcome.Kind.ACCEPTED) {
                accepted(batch.minutes());
                say.accept("CloudWatch refuses a caller's name (" + why.reason()
                        + "); its minute is published without callers");
            }
            if (outcome.kind() != PutOutcome.Kind.REJECTED) {
                return outcome;
            }
        }
        aside.add(batch.minutes().getFirst().minute());
        if (aside.size() < ASIDE_MAX) {
            return PutOutcome.ACCEPTED; // on with the next
        }
        aside.clear();
        return why;
    }

    /** Minutes that CloudWatch takes no more are no longer pending. Returns how many calls were in them. */
    long giveUpBefore(long minute) {
        long lost = ledger.giveUp(Destination.CLOUDWATCH, minute);
        drops.add(Drop.CLOUDWATCH_EXPIRED, lost);
        aside.headSet(minute).clear();
        return lost;
    }

    /** How often CloudWatch has taken a request or refused its content: either follows a check of its signature, and so of the clock. */
    long judgements() {
        return judgements;
    }

    /** Requests made so far. */
    long puts() {
        return puts.get();
    }

    /** Points that were on their way when the connection broke: each of them may count twice. */
    long unansweredPoints() {
        return unansweredPoints.get();
    }
}
