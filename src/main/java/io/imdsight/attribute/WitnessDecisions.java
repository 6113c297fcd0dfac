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
    /** How many SYNs are looked at for one that may be that of a connect whose port the kernel did not say. */
    private static final int SYNS_MAX = 256;

    final WatchedTable table = new WatchedTable();
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
            counts.both(w.startedNanos);
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
        Watched kernel = w.seenByKernel() ? w : connectNear(w);
        Watched seen = w.seenByKernel() ? seenNear(w) : w;
        if (kernel != null && seen != null) {
            join(kernel, seen);
            return;
        }
        if (!w.seenByKernel() && isSeenAgain(w)) {
            return;
        }
        if (!w.seenByKernel()) {
            counts.captureOnly(w.openedNanos);
        } else if (w.startedNanos >= fromNanos && w.startedNanos <= untilNanos) {
            counts.kernelOnly(reason(w), w.startedNanos);
        }
        w.decided = true;
        table.place(w);
        removeIfOver(w);
    }

    /** Its SYN was missed, or a clock was set between record and packet. Only what nothing nearer was found for comes here. */
    private Watched connectNear(Watched seen) {
        return table.nearest(
                seen.tuple,
                k -> k.seenByKernel() && !k.seenByCapture() && !k.decided ? apart(k, seen.openedNanos) : -1);
    }

    private Watched seenNear(Watched kernel) {
        return kernel.tuple == null
                ? synOf(kernel)
                : table.nearest(kernel.tuple, c -> c.seenByKernel() || c.decided ? -1 : apart(kernel, c.openedNanos));
    }

    private static long apart(Watched kernel, long packetNanos) {
        long apart = kernel.apartNanos(packetNanos);
        return apart > Witness.APART_NANOS_MAX ? -1 : apart;
    }

    /** The capture forgets a connection that is silent for minutes, and takes it for a new one when it speaks again. */
    private boolean isSeenAgain(Watched seen) {
        Watched kernel = table.nearest(seen.tuple, k -> isLaterSightOf(k, seen) ? 0 : -1);
        if (kernel != null) {
            absorb(kernel, seen);
        }
        return kernel != null;
    }

    private static boolean isLaterSightOf(Watched kernel, Watched seen) {
        return kernel.seenByKernel()
                && kernel.seenByCapture()
                && !seen.seenByKernel()
                && !seen.decided
                && seen.openedNanos > kernel.openedNanos
                && kernel.apartNanos(seen.openedNanos) == 0;
    }

    private void absorb(Watched kernel, Watched seen) {
        kernel.openedNanos = seen.openedNanos;
        kernel.captureEnded = seen.captureEnded;
        kernel.spoke |= seen.spoke;
        seen.decided = true; // it is no more
        table.remove(seen);
    }

    /** The SYN of a connect that is still half-open, or whose later records were lost: from its address, to its service, at its time. */
    private Watched synOf(Watched w) {
        if (w.closedNanos != Watched.NEVER && !w.uncertain) {
            return null;
        }
        int looks = 0;
        for (Watched c : table.captured()) {
            if (!c.spoke
                    && Math.abs(c.openedNanos - w.startedNanos) <= Witness.SYN_NANOS_MAX
                    && c.source.equals(w.source)
                    && c.destination.equals(w.destination)) {
                return c;
            }
            if (++looks == SYNS_MAX) {
                return null;
            }
        }
        return null;
    }

    /**
     * Records of the kernel are missing: what is half known may have become anything. That holds for connects whose record is still to come, too: the
     * rings of several CPUs say each for itself, and only with its next record, that one was lost.
     */
    void lost() {
        lostNanos = monotonicNanos.getAsLong();
        table.connects().forEach(w -> w.uncertain |= !w.established);
    }

    private KernelOnly reason(Watched w) {
        if (!w.established) {
            boolean uncertain = w.uncertain || lostNanos != Watched.NEVER && w.startedMonotonicNanos <= lostNanos;
            return uncertain ? KernelOnly.UNDECIDED : KernelOnly.REFUSED;
        }
        if (w.namespace != 0 && !namespaces.test(w.namespace)) {
            return KernelOnly.OTHER_NAMESPACE;
        }
        return losses.noticedSince(w.startedMonotonicNanos) ? KernelOnly.DROPPED : KernelOnly.UNEXPLAINED;
    }

    private void removeIfOver(Watched w) {
        if (!w.decided || !w.isOver() || w.seenByKernel() && !w.both) {
            return;
        }
        Watched again = w.both ? table.nearest(w.tuple, c -> isLaterSightOf(w, c) ? 0 : -1) : null;
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
            counts.withoutRequest(w.startedNanos);
        }
    }

    /** What is counted already goes first, then the oldest. */
    private void forget() {
        drops.add(Drop.WITNESS);
        forgotNanos = monotonicNanos.getAsLong();
        if (!table.decided().isEmpty()) {
            table.remove(table.decided().iterator().next());
            return;
        }
        Watched oldest = oldest(table.connects().iterator(), table.captured().iterator());
        oldest.uncertain = true;
        decide(oldest);
        table.remove(oldest);
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
