package io.imdsight.attribute;

import io.imdsight.model.Attribution;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * The connects that somebody may ask for, the oldest first, and who of them goes where there is no room. What was made in a network namespace that is not
 * captured goes first, for no packet will ask for it: others can fill that part of the table only.
 */
final class KnownConnects {
    /** Ten seconds of 800 new connections a second; some 2 MB with ordinary command lines. Room for more is made at the cost of what is done. */
    static final int CONNECTS_MAX = 8192;

    /** Characters of command lines kept, whatever their processes make of them: a tenth of the agent's heap. */
    static final long WEIGHT_MAX = 12L * 1024 * 1024;

    /** How many of the oldest are looked at for one that is done, where there is no room. */
    private static final int LOOKS_MAX = 64;

    private final Drops drops;
    private final Consumer<Connect> onForgotten;
    private final Set<Connect> all = new LinkedHashSet<>();

    /** Of them, those from where nothing was captured when they were described. */
    private final Set<Connect> elsewhere = new LinkedHashSet<>();

    private final CallerWeights weights = new CallerWeights();
    private volatile LongPredicate captured = namespace -> true;

    /**
     * @param onForgotten gets each that leaves, for whatever reason
     */
    KnownConnects(Drops drops, Consumer<Connect> onForgotten) {
        this.drops = drops;
        this.onForgotten = onForgotten;
    }

    /** See {@link Witness#capturing}. Any thread. */
    void capturing(LongPredicate namespaces) {
        captured = namespaces;
    }

    /** Takes one. Room is made when it is described: before, nobody knows whose it is, and who describes bounds how many wait for it. */
    void add(Connect c) {
        all.add(c);
    }

    boolean contains(Connect c) {
        return all.contains(c);
    }

    /** Notes that the caller and the namespace of a connect have been set. */
    void described(Connect c) {
        if (all.contains(c)) {
            weights.replace(c.weighed, c.caller);
            c.weighed = c.caller;
            if (isElsewhere(c)) {
                elsewhere.add(c);
            }
            makeRoom();
        }
    }

    /** Whether it was made in a network namespace that is known, and not captured. */
    boolean isElsewhere(Connect c) {
        return c.namespace != 0 && !captured.test(c.namespace);
    }

    /** Notes who sends on a connection from now on, beginning with the byte of a sequence number. */
    void sends(Connect c, int sequence, Attribution sender) {
        if (all.contains(c)) {
            c.senders = c.senders == null ? new Senders() : c.senders;
            weights.replace(c.senders.add(sequence, sender), sender.caller());
            makeRoom();
        }
    }

    /** Only what somebody may still ask for is a loss. */
    void makeRoom() {
        while (all.size() > CONNECTS_MAX || weights.total() > WEIGHT_MAX && all.size() > 1) {
            Connect other = oldestElsewhere();
            Connect c = other == null ? dispensable() : other;
            if (!c.isDone()) {
                drops.add(other == null ? Drop.CALLER_TABLE : Drop.CALLER_ELSEWHERE);
            }
            remove(c);
        }
    }

    /** Null where there is none. */
    private Connect oldestElsewhere() {
        while (!elsewhere.isEmpty()) {
            Connect c = elsewhere.iterator().next();
            if (isElsewhere(c)) {
                return c;
            }
            elsewhere.remove(c); // its namespace is captured by now
        }
        return null;
    }

    /** The oldest that is done, unless it is far; otherwise the oldest. */
    private Connect dispensable() {
        int looks = 0;
        for (Connect c : all) {
            if (c.isDone()) {
                return c;
            }
            if (++looks == LOOKS_MAX) {
                break;
            }
        }
        return all.iterator().next();
    }

    void remove(Connect c) {
        if (all.remove(c)) {
            forget(c);
        }
    }

    /** Forgets what had ended at a time, CLOCK_MONOTONIC. */
    void removeEndedBefore(long monotonicNanos) {
        for (Iterator<Connect> i = all.iterator(); i.hasNext(); ) {
            Connect c = i.next();
            if (c.closedMonotonicNanos < monotonicNanos) {
                i.remove();
                forget(c);
            }
        }
    }

    private void forget(Connect c) {
        elsewhere.remove(c);
        weights.replace(c.weighed, null);
        c.weighed = null;
        if (c.senders != null) {
            c.senders.callers().forEachRemaining(sender -> weights.replace(sender, null));
            c.senders = null;
        }
        onForgotten.accept(c);
    }

    /** A copy. */
    List<Connect> all() {
        return List.copyOf(all);
    }

    int size() {
        return all.size();
    }
}
