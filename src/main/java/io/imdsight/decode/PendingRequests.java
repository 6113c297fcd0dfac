package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.RequestHead;
import java.util.ArrayDeque;
import java.util.Iterator;

/** The requests of one connection that are not reported yet, in order, and placeholders of those whose answer may still come. */
final class PendingRequests implements Iterable<Pending> {
    /** A client that does not pipeline has one request on its way. */
    private static final int FREE_REQUESTS = 4;

    /** Longer than any path of the service. */
    private static final int FREE_TARGET_LENGTH = 256;

    private static final int PENDING_OBJECT_BYTES = 200;

    private final Conversation conversation;
    private final Workshop workshop;
    private final ArrayDeque<Pending> all = new ArrayDeque<>(2);

    PendingRequests(Conversation conversation, Workshop workshop) {
        this.conversation = conversation;
        this.workshop = workshop;
    }

    /** Appends one; false where too many wait already. */
    boolean add(Pending p) {
        p.cost = cost(p.head);
        p.sinceNanos = workshop.time().nowNanos();
        if (all.size() >= workshop.limits().pendingMax() || !workshop.budget().take(p.cost)) {
            return false;
        }
        all.add(p);
        return true;
    }

    /** Puts one in front of all whose answer was not seen. It costs nothing. */
    void addBeforeUnanswered(Pending p) {
        p.sinceNanos = workshop.time().nowNanos();
        ArrayDeque<Pending> later = new ArrayDeque<>();
        while (!all.isEmpty() && !all.peekLast().isAnswered()) {
            later.addFirst(all.pollLast());
        }
        all.add(p);
        all.addAll(later);
    }

    /** The first few ordinary requests are free, so that a flood elsewhere hides none of an honest caller's. */
    private int cost(RequestHead head) {
        int length = head.target() == null ? 0 : head.target().length();
        return all.size() < FREE_REQUESTS && length <= FREE_TARGET_LENGTH ? 0 : PENDING_OBJECT_BYTES + length;
    }

    /** Whether a request waits to be reported. */
    boolean isWaiting() {
        if (all.isEmpty()) {
            return false; // most segments: no iterator is made
        }
        for (Pending p : all) {
            if (!p.reported) {
                return true;
            }
        }
        return false;
    }

    /** The first of which nothing is known yet; null where there is none. */
    Pending firstOpen() {
        for (Pending p : all) {
            if (p.isOpen()) {
                return p;
            }
        }
        return null;
    }

    /** The request whose answer comes next; it may have been reported already. Null where no answer is due. */
    Pending firstUnanswered() {
        for (Pending p : all) {
            if (!p.isAnswered()) {
                return p;
            }
        }
        return null;
    }

    /** Whether an answer is still to come for certain: no gap, and no answer that was left open, may have been it. */
    boolean isOneDue() {
        for (Pending p : all) {
            if (!p.isAnswered() && !p.answerMayBeHidden && !p.staysForItsAnswer) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the placeholders of which it is not known whether their answer was seen. */
    void forgetDoubtful() {
        all.removeIf(p -> p.reported && p.staysForItsAnswer);
    }

    /** Reports from the front what is resolved; what was given up without an answer stays behind as a placeholder. */
    void release() {
        Iterator<Pending> each = all.iterator();
        while (each.hasNext()) {
            Pending p = each.next();
            if (p.reported) {
                continue;
            }
            if (p.resolution == null) {
                break;
            }
            p.reported = true;
            workshop.budget().giveBack(p.cost);
            workshop.report(conversation, p, p.resolution);
            if (p.isAnswered() || p.resolution.state() == Answer.State.HIDDEN && !p.staysForItsAnswer) {
                each.remove();
            }
        }
    }

    void remove(Pending p) {
        all.remove(p);
    }

    void clear() {
        all.clear();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    int size() {
        return all.size();
    }

    Pending first() {
        return all.peekFirst();
    }

    @Override
    public Iterator<Pending> iterator() {
        return all.iterator();
    }
}
