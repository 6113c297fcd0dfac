package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.RequestHead;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one connection that are not reported yet, in order, and placeholders of those whose answer may still come. Looked through by index: an
 * iterator for each segment would be most of a decoder's garbage.
 */
final class PendingRequests {
    /** A client that does not pipeline has one request on its way. */
    private static final int FREE_REQUESTS = 4;

    /** Longer than any path of the service. */
    private static final int FREE_TARGET_LENGTH = 256;

    private static final int PENDING_OBJECT_BYTES = 200;

    private final Conversation conversation;
    private final Workshop workshop;
    private final List<Pending> all = new ArrayList<>(2);

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
        int at = all.size();
        while (at > 0 && !all.get(at - 1).isAnswered()) {
            at--;
        }
        all.add(at, p);
    }

    /** The first few ordinary requests are free, so that a flood elsewhere hides none of an honest caller's. */
    private int cost(RequestHead head) {
        int length = head.target() == null ? 0 : head.target().length();
        return all.size() < FREE_REQUESTS && length <= FREE_TARGET_LENGTH ? 0 : PENDING_OBJECT_BYTES + length;
    }

    /** Whether a request waits to be reported. */
    boolean isWaiting() {
        for (int i = 0; i < all.size(); i++) {
            Pending p = all.get(i);
            if (!p.reported) {
                return true;
            }
        }
        return false;
    }

    /** The first of which nothing is known yet; null where there is none. */
    Pending firstOpen() {
        for (int i = 0; i < all.size(); i++) {
            Pending p = all.get(i);
            if (p.isOpen()) {
                return p;
            }
        }
        return null;
    }

    /** The request whose answer comes next; it may have been reported already. Null where no answer is due. */
    Pending firstUnanswered() {
        for (int i = 0; i < all.size(); i++) {
            Pending p = all.get(i);
            if (p.awaitsAnswer()) {
                return p;
            }
        }
        return null;
    }

    /** Whether an answer is still to come for certain: no gap, and no answer that was left open, may have been it. */
    boolean isOneDue() {
        for (int i = 0; i < all.size(); i++) {
            Pending p = all.get(i);
            if (p.awaitsAnswer() && !p.answerMayBeHidden && !p.staysForItsAnswer) {
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
        int i = 0;
        while (i < all.size()) {
            Pending p = all.get(i);
            if (p.reported) {
                i++;
                continue;
            }
            if (p.resolution == null) {
                break;
            }
            p.reported = true;
            workshop.budget().giveBack(p.cost);
            workshop.report(conversation, p, p.resolution);
            if (p.isAnswered() || p.resolution.state() == Answer.State.HIDDEN && !p.staysForItsAnswer) {
                all.remove(i);
                workshop.spares().giveBack(p);
            } else {
                i++;
            }
        }
    }

    /** Takes one out that was reported. */
    void remove(Pending p) {
        all.remove(p);
    }

    /** No answer is its own any more: it goes, as soon as it is reported. */
    void noMoreAnswers(Pending p) {
        p.staysForItsAnswer = false;
        if (p.reported) {
            remove(p);
        }
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

    Pending get(int index) {
        return all.get(index);
    }
}
