package io.imdsight.attribute;

import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.KernelOnly;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/** Puts each connection of the {@link Witness} into exactly one of its counts, and forgets it in time. Guarded by the witness. */
final class WitnessDecisions {
    final WatchedTable table = new WatchedTable();
    private final OtherSide otherSide = new OtherSide(table);
    final WitnessCounts counts = new WitnessCounts();
    private final Drops drops;
    private final DropHistory losses;
    private final LongSupplier monotonicNanos;
    private final int connectionsMax;
    private long forgotNanos = Watched.NEVER;

    /** When records of the kernel were last noticed to be missing. */
    private long lostNanos = Watched.NEVER;

    /** Whether the capture covers a network namespace, by its inode. */
    LongPredicate namespaces = namespace -> true;

    /** From when to when there is a capture, nanoseconds since 1970. */
    long fromNanos = Long.MIN_VALUE;

    long untilNanos = Long.MAX_VALUE;

    WitnessDecisions(Drops drops, LongSupplier monotonicNanos, int connectionsMax) {
        this.drops = drops;
        this.losses = new DropHistory(drops);
        this.monotonicNanos = monotonicNanos;
        this.connectionsMax = connectionsMax;
    }

    /** Notes the network namespace of a connect: an inode; 0 where it is not known. */
    void locate(Watched w, long namespace) {
        w.namespace = namespace;
        if (isElsewhere(w)) {
            table.elsewhere().add(w);
        }
    }

    /** Whether it was made in a network namespace that is known, and not captured. */
    boolean isElsewhere(Watched w) {
        return w.namespace != 0 && !namespaces.test(w.namespace);
    }

    void enter(Watched w) {
        table.place(w);
        while (table.size() > connectionsMax) {
            forget();
        }
    }

    /** Something was learnt after which the other side has its chance. */
    void learnt(Watched w) {
        w.learntNanos = monotonicNanos.getAsLong();
        removeIfOver(w);
    }

    /** Makes one of two entries: the kernel's, which goes on under the capture's names, too. */
    void join(Watched kernel, Watched seen) {
        kernel.openedNanos = seen.openedNanos;
        kernel.captureEnded = seen.captureEnded;
        kernel.spoke = seen.spoke;
        table.remove(seen);
        if (kernel.tuple == null) {
            kernel.tuple = seen.tuple;
            table.name(kernel.tuple, kernel);
        }
        for (Connection name : new Connection[] {seen.tuple, seen.alias}) {
            if (name != null && !name.equals(kernel.tuple)) {
                kernel.alias = name;
                table.name(name, kernel);
            }
        }
        if (seen.decided) {
            kernel.decided = true; // too late: it is counted as the capture's alone
        }
        seen.decided = true; // it is no more
        both(kernel);
    }

    void both(Watched w) {
        if (!w.decided) {
            w.decided = true;
            w.both = true;
            counts.both();
        }
        table.place(w);
        removeIfOver(w);
    }

    /** Decides what has waited long enough. */
    void tick() {
        long nowNanos = monotonicNanos.getAsLong();
        losses.look(nowNanos);
        for (Watched w : table.all()) {
            long sinceNanos = w.learntNanos == Watched.NEVER ? -1 : nowNanos - w.learntNanos;
            if (w.decided) {
                // The capture never saw its end; or not even its begin, and might still.
                if (w.closedNanos != Watched.NEVER && sinceNanos >= (w.both ? 1 : 2) * Witness.SETTLE_NANOS) {
                    remove(w);
                }
            } else if (sinceNanos >= Witness.SETTLE_NANOS && isDecidable(w)
                    || nowNanos - w.heardNanos >= Witness.HALF_OPEN_NANOS) {
                decide(w);
            }
        }
    }

    private static boolean isDecidable(Watched w) {
        return w.seenByKernel() ? w.established || w.closedNanos != Watched.NEVER : w.captureEnded || w.spoke;
    }

    /** Decides all. */
    void finish() {
        losses.look(monotonicNanos.getAsLong());
        new ArrayList<>(table.connects()).forEach(this::decide);
        new ArrayList<>(table.captured()).forEach(this::decide);
        new ArrayList<>(table.decided()).forEach(this::remove);
    }

    /** Counts a connection that one side alone has seen. */
    private void decide(Watched w) {
        Watched kernel = w.seenByKernel() ? w : otherSide.connectOf(w);
        Watched seen = w.seenByKernel() ? otherSide.sightOf(w, isUncertain(w)) : w;
        if (kernel != null && seen != null) {
            join(kernel, seen);
            return;
        }
        if (!w.seenByKernel() && isSeenAgain(w)) {
            return;
        }
        if (!w.seenByKernel()) {
            counts.captureOnly();
        } else if (w.startedNanos >= fromNanos && w.startedNanos <= untilNanos) {
            counts.kernelOnly(reason(w));
        }
        w.decided = true;
        table.place(w);
        removeIfOver(w);
    }

    private boolean isSeenAgain(Watched seen) {
        Watched kernel = otherSide.connectOfLaterSight(seen);
        if (kernel != null) {
            absorb(kernel, seen);
        }
        return kernel != null;
    }

    private void absorb(Watched kernel, Watched seen) {
        kernel.openedNanos = seen.openedNanos;
        kernel.captureEnded = seen.captureEnded;
        kernel.spoke |= seen.spoke;
        seen.decided = true; // it is no more
        table.remove(seen);
    }

    /**
     * Records of the kernel are missing: what is half known may have become anything. That holds for connects whose record is still to come, too: the
     * rings of several CPUs say each for itself, and only with its next record, that one was lost.
     */
    void lost() {
        lostNanos = monotonicNanos.getAsLong();
    }

    private boolean isUncertain(Watched w) {
        return w.uncertain || lostNanos != Watched.NEVER && w.startedMonotonicNanos <= lostNanos;
    }

    private KernelOnly reason(Watched w) {
        if (!w.established) {
            return isUncertain(w) ? KernelOnly.UNDECIDED : KernelOnly.REFUSED;
        }
        if (isElsewhere(w)) {
            return KernelOnly.OTHER_NAMESPACE;
        }
        return losses.noticedSince(w.startedMonotonicNanos) ? KernelOnly.DROPPED : KernelOnly.UNEXPLAINED;
    }

    private void removeIfOver(Watched w) {
        if (!w.decided || !w.isOver() || w.seenByKernel() && !w.both) {
            return;
        }
        Watched again = w.both ? otherSide.laterSightOf(w) : null;
        if (again != null) {
            absorb(w, again);
        }
        if (w.captureEnded) {
            remove(w);
        }
    }

    private void remove(Watched w) {
        table.remove(w);
        if (w.both && w.established && !w.spoke) {
            counts.withoutRequest();
        }
    }

    /**
     * What was made where nothing is captured goes first: it is counted without ever being seen, and others can fill that part of the table only. Then
     * what is counted already, then the oldest.
     */
    private void forget() {
        Watched elsewhere = oldestElsewhere();
        if (elsewhere != null) {
            forget(elsewhere);
            return;
        }
        drops.add(Drop.WITNESS);
        forgotNanos = monotonicNanos.getAsLong();
        if (!table.decided().isEmpty()) {
            table.remove(table.decided().iterator().next());
            return;
        }
        forget(oldest(table.connects().iterator(), table.captured().iterator()));
    }

    private void forget(Watched w) {
        if (!w.decided) {
            w.uncertain = true;
            decide(w);
        }
        if (w.seenByKernel() && !w.established && w.closedNanos == Watched.NEVER) {
            forgotNanos = monotonicNanos.getAsLong(); // it may come about yet
        }
        table.remove(w);
    }

    /** Null where there is none. */
    private Watched oldestElsewhere() {
        while (!table.elsewhere().isEmpty()) {
            Watched w = table.elsewhere().iterator().next();
            if (isElsewhere(w) && !w.both) {
                return w;
            }
            table.elsewhere().remove(w); // it is captured by now
        }
        return null;
    }

    private static Watched oldest(Iterator<Watched> connects, Iterator<Watched> captured) {
        if (!connects.hasNext()) {
            return captured.next();
        }
        Watched connect = connects.next();
        if (!captured.hasNext()) {
            return connect;
        }
        Watched seen = captured.next();
        return connect.heardNanos <= seen.heardNanos ? connect : seen;
    }

    /** Whether a connect whose record is missing may be one that was forgotten. */
    boolean forgotLately() {
        return forgotNanos != Watched.NEVER && monotonicNanos.getAsLong() - forgotNanos < Witness.HALF_OPEN_NANOS;
    }
}
