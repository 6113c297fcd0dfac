package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.Drop;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import java.util.ArrayDeque;
import java.util.Iterator;

/** Matches the answers of one connection to its requests, in order, and reports each pair once it is known how it ended. */
final class Exchanges implements RequestParser.Listener, AnswerParser.Listener {
    /** A request whose bytes were not seen: all that is known is its answer. */
    private static final RequestHead UNSEEN = new RequestHead(null, null, null, 0, false);

    /** A client that does not pipeline has one request on its way. */
    private static final int FREE_REQUESTS = 4;

    /** Longer than any path of the service. */
    private static final int FREE_TARGET_LENGTH = 256;

    private static final int PENDING_OBJECT_BYTES = 200;

    private final Conversation conversation;
    private final Workshop workshop;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>(2);
    private boolean answersUnknown;
    private boolean pipelinedGap;
    private boolean notHttpCounted;

    Exchanges(Conversation conversation, Workshop workshop) {
        this.conversation = conversation;
        this.workshop = workshop;
    }

    /** Whether a request waits to be reported. */
    boolean isWaiting() {
        for (Pending p : pending) {
            if (!p.reported) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void request(RequestHead head) {
        for (Pending p : pending) {
            if (!p.isAnswered()
                    && p.resolution == null
                    && p.answerMayBeHidden
                    && conversation.acknowledges(p.hiddenFrom)) {
                p.resolution = Answer.HIDDEN; // the client has what was not seen, and goes on
            }
        }
        release();
        workshop.sink()
                .requested(conversation.connection(), conversation.openedNanos(), head, conversation.segmentNanos());
        boolean gapInFront = conversation.requestsUnexplainedBefore() && firstOpen() != null;
        add(gapInFront, head, conversation.segmentNanos(), conversation.segmentLink(), conversation.requestsNext() + 1);
    }

    private void add(boolean followsGap, RequestHead head, long nanos, Link link, int acknowledgedBy) {
        Pending p = new Pending(head, nanos, link, acknowledgedBy);
        MessageParser answers = conversation.down().parser();
        p.followsGap = followsGap;
        p.cost = cost(head);
        boolean unanswerable = answersUnknown || answers != null && answers.isDeaf();
        if (!unanswerable
                && (pending.size() >= workshop.limits().pendingMax()
                        || !workshop.budget().take(p.cost))) {
            overflow();
            unanswerable = true;
        }
        if (unanswerable) {
            p.reported = true;
            report(p, conversation.down().isFinished() ? Answer.NONE : Answer.HIDDEN);
        } else {
            pending.add(p);
        }
    }

    /** The first few ordinary requests are free, so that a flood elsewhere hides none of an honest caller's. */
    private int cost(RequestHead head) {
        int length = head.target() == null ? 0 : head.target().length();
        return pending.size() < FREE_REQUESTS && length <= FREE_TARGET_LENGTH ? 0 : PENDING_OBJECT_BYTES + length;
    }

    /** Too much waits here: from now on this connection's requests are reported without their answers. */
    private void overflow() {
        workshop.drops().add(Drop.PIPELINE, 1 + pending.size());
        answersUnknown = true;
        resolveAll(false);
    }

    @Override
    public void requestStreamNotHttp() {
        if (!notHttpCounted) {
            notHttpCounted = true;
            workshop.drops().add(Drop.NOT_HTTP);
        }
    }

    @Override
    public void streamMemoryShort() {
        workshop.drops().add(Drop.STREAM_MEMORY);
    }

    @Override
    public boolean answer(int status) {
        if (answersUnknown) {
            return true;
        }
        Pending p = firstUnanswered();
        if (p != null && p.answerMayBeHidden && conversation.requestsUnexplained()) {
            p.resolution = Answer.HIDDEN; // both its answer and a request behind it are missing: this is the other's
            release();
            pending.remove(p);
            p = null;
        }
        if (p != null && (p.followsGap || p.reported && p.answerMayBeHidden && firstOpen() != null)) {
            giveUpMatching();
            pending.remove(p);
            return true;
        }
        if (p == null || Stream.distance(conversation.segmentAcknowledgment(), p.acknowledgedBy) < 0) {
            p = unseen(status);
            if (p == null) {
                return true;
            }
        } else if (p.reported) {
            pending.remove(p); // its answer came after it was reported: nothing more is to be told of it
        }
        p.status = status;
        p.answerSequence = conversation.down().next();
        originatorHas(conversation.down());
        return !"HEAD".equals(p.head.method());
    }

    /** Pipelined requests with a gap among them: whose answer this is cannot be told, nor the next ones'. */
    private void giveUpMatching() {
        pipelinedGap = true;
        for (Pending p : pending) {
            if (!p.isAnswered() && p.resolution == null) {
                p.resolution = Answer.HIDDEN;
                p.staysForItsAnswer = true;
            }
        }
        release();
    }

    private Pending firstOpen() {
        for (Pending p : pending) {
            if (!p.isAnswered() && p.resolution == null) {
                return p;
            }
        }
        return null;
    }

    /** The originator's kernel refused data for a socket that is closed: what was sent to it has reached it. */
    void originatorRefused() {
        for (Pending p : pending) {
            if (p.isAnswered() && p.resolution == null) {
                p.resolution = new Answer(Answer.State.RECEIVED, p.status);
            }
        }
        release();
    }

    /** An answer to nothing that was seen: to a request in a gap, or (served) to bytes that only the service took for one. */
    private Pending unseen(int status) {
        boolean served = status >= 200 && status <= 299;
        boolean explained = !conversation.requestsUnexplained() && !pipelinedGap;
        if (explained && !(served && conversation.requestsPassedOver())) {
            return null;
        }
        pipelinedGap = false;
        conversation.explainRequests();
        Pending p = new Pending(
                UNSEEN, conversation.segmentNanos(), conversation.segmentLink(), conversation.segmentAcknowledgment());
        ArrayDeque<Pending> later = new ArrayDeque<>();
        while (!pending.isEmpty() && !pending.peekLast().isAnswered()) {
            later.addFirst(pending.pollLast());
        }
        pending.add(p);
        pending.addAll(later);
        return p;
    }

    @Override
    public boolean expectsAnswer() {
        Pending p = firstUnanswered();
        return p != null && Stream.distance(conversation.segmentAcknowledgment(), p.acknowledgedBy) >= 0
                || conversation.requestsUnexplained();
    }

    @Override
    public void answersLost() {
        int unanswered = 0;
        for (Pending p : pending) {
            if (!p.isAnswered()) {
                p.answerMayBeHidden = true;
                p.hiddenFrom = conversation.down().next();
                unanswered++;
            }
        }
        if (unanswered > 1) {
            answersUnknown = true; // which of them the next answer belongs to cannot be told, now and later
            for (Pending p : pending) {
                if (!p.isAnswered() && p.resolution == null) {
                    p.resolution = Answer.HIDDEN;
                }
            }
            release();
        }
    }

    /** The originator said how far it has read, or spoke without saying so. */
    void originatorSpoke(Stream down) {
        if (pending.isEmpty()) {
            return;
        }
        originatorHas(down);
        for (Pending p : pending) {
            if (p.isAnswered()) {
                p.spokeWithoutAcknowledging = true;
            }
        }
    }

    private void originatorHas(Stream down) {
        for (Pending p : pending) {
            if (p.isAnswered() && p.resolution == null && down.isAcknowledgedTo(p.answerSequence + 1)) {
                p.resolution = new Answer(Answer.State.RECEIVED, p.status);
            }
        }
        release();
    }

    /** The responder will send nothing more. */
    void responderEnded() {
        for (Pending p : pending) {
            if (!p.isAnswered() && p.resolution == null) {
                p.resolution = p.verdict(true);
            }
        }
        release();
    }

    /** The originator closed its side a while ago: what it has not acknowledged, it never will. */
    void originatorEnded() {
        for (Pending p : pending) {
            if (p.resolution == null) {
                p.resolution = p.verdict(true);
            }
        }
        release();
    }

    /** Reports requests that have waited too long. */
    void expire(long nowNanos) {
        long oldest = nowNanos - workshop.limits().answerTimeoutNanos();
        if (pending.isEmpty() || pending.peekFirst().timestampNanos > oldest) {
            return; // in order, the first is the oldest
        }
        for (Pending p : pending) {
            if (!p.reported && p.resolution == null && p.timestampNanos <= oldest) {
                p.resolution = p.verdict(true);
            }
        }
        release();
    }

    /** Reports all that is left. */
    void resolveAll(boolean connectionEnded) {
        for (Pending p : pending) {
            if (p.resolution == null) {
                p.resolution = p.verdict(connectionEnded);
            }
        }
        release();
        pending.clear();
    }

    /** The request whose answer comes next; it may have been reported already. */
    private Pending firstUnanswered() {
        for (Pending p : pending) {
            if (!p.isAnswered()) {
                return p;
            }
        }
        return null;
    }

    /** Reports from the front what is resolved; what was given up without an answer stays behind as a placeholder. */
    private void release() {
        Iterator<Pending> all = pending.iterator();
        while (all.hasNext()) {
            Pending p = all.next();
            if (p.reported) {
                continue;
            }
            if (p.resolution == null) {
                break;
            }
            p.reported = true;
            workshop.budget().giveBack(p.cost);
            report(p, p.resolution);
            if (p.isAnswered() || p.resolution.state() == Answer.State.HIDDEN && !p.staysForItsAnswer) {
                all.remove();
            }
        }
    }

    private void report(Pending p, Answer answer) {
        workshop.report(conversation, p, answer);
    }
}
