package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.Drop;
import io.imdsight.model.RequestHead;

/** Matches the answers of one connection to its requests, in order, and reports each pair once it is known how it ended. */
final class Exchanges implements RequestParser.Listener, AnswerParser.Listener {
    /** A request whose bytes were not seen: all that is known is its answer. */
    private static final RequestHead UNSEEN = new RequestHead(null, null, null, 0, false);

    private final Conversation conversation;
    private final Reading reading;
    private final Workshop workshop;
    private final PendingRequests pending;
    private boolean answersUnknown;
    private boolean pipelinedGap;

    /** The originator has asked before it had the answer to what it asked before, seen without a gap. */
    private boolean pipelines;

    private boolean notHttpCounted;

    Exchanges(Conversation conversation, Reading reading, Workshop workshop) {
        this.conversation = conversation;
        this.reading = reading;
        this.workshop = workshop;
        this.pending = new PendingRequests(conversation, workshop);
    }

    /** Whether a request waits to be reported. */
    boolean isWaiting() {
        return pending.isWaiting();
    }

    @Override
    public void request(RequestHead head, int read) {
        int headEnd = reading.requestsNext() + read;
        pipelines |= reading.isAnswering() || pending.isOneDue();
        if (!pipelines) {
            pending.forgetDoubtful(); // who waits for each answer has the one that was left open, too
        }
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (!p.isAnswered() && p.resolution == null && p.answerMayBeHidden && reading.acknowledges(p.hiddenFrom)) {
                p.resolution = Answer.HIDDEN; // the client has what was not seen, and goes on
            }
        }
        pending.release();
        workshop.sink()
                .requested(
                        conversation.connection(), conversation.openedNanos(), head, headEnd, reading.segmentNanos());
        boolean gapInFront = reading.requestsUnexplainedBefore() && pending.firstOpen() != null;
        Pending p = workshop.spares()
                .pending(head, headEnd, reading.segmentNanos(), reading.segmentLink(), reading.requestsNext() + 1);
        p.followsGap = gapInFront;
        add(p);
    }

    private void add(Pending p) {
        MessageParser answers = reading.down().parser();
        boolean unanswerable = answersUnknown || answers != null && answers.isDeaf();
        if (!unanswerable && !pending.add(p)) {
            overflow();
            unanswerable = true;
        }
        if (unanswerable) {
            p.reported = true;
            workshop.report(conversation, p, reading.down().isFinished() ? Answer.NONE : Answer.HIDDEN);
        }
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
        reading.endRepeats();
        if (answersUnknown) {
            return true;
        }
        Pending p = pending.firstUnanswered();
        if (p != null && p.answerMayBeHidden && reading.requestsUnexplained()) {
            p.resolution = Answer.HIDDEN; // both its answer and a request behind it are missing: this is the other's
            pending.release();
            pending.noMoreAnswers(p);
            p = null;
        }
        if (p != null && (p.followsGap || p.reported && p.answerMayBeHidden && pending.firstOpen() != null)) {
            giveUpMatching();
            pending.noMoreAnswers(p);
            return true;
        }
        if (p == null || Stream.distance(reading.segmentAcknowledgment(), p.acknowledgedBy) < 0) {
            p = unseen(status);
            if (p == null) {
                return true;
            }
        } else if (p.reported) {
            pending.remove(p); // its answer came after it was reported: nothing more is to be told of it
        }
        p.status = status;
        p.answerSequence = reading.down().next();
        boolean bodyAllowed = !"HEAD".equals(p.head.method());
        originatorHas(reading.down()); // may report it
        return bodyAllowed;
    }

    /** Pipelined requests with a gap among them: whose answer this is cannot be told, nor the next ones'. */
    private void giveUpMatching() {
        pipelinedGap = true;
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.isOpen()) {
                p.resolution = Answer.HIDDEN;
                p.staysForItsAnswer = true;
            }
        }
        pending.release();
    }

    /** The originator's kernel refused data for a socket that is closed: what was sent to it has reached it. */
    void originatorRefused() {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.isAnswered() && p.resolution == null) {
                p.resolution = Answer.received(p.status);
            }
        }
        pending.release();
    }

    /** An answer to nothing that was seen: to a request in a gap, or (served) to bytes that only the service took for one. */
    private Pending unseen(int status) {
        boolean served = status >= 200 && status <= 299;
        boolean explained = !reading.requestsUnexplained() && !pipelinedGap;
        if (explained && !(served && reading.requestsPassedOver())) {
            return null;
        }
        pipelinedGap = false;
        reading.explainRequests();
        Pending p = workshop.spares()
                .pending(
                        UNSEEN,
                        reading.segmentAcknowledgment(),
                        reading.segmentNanos(),
                        reading.segmentLink(),
                        reading.segmentAcknowledgment());
        pending.addBeforeUnanswered(p);
        return p;
    }

    @Override
    public boolean expectsAnswer() {
        Pending p = pending.firstUnanswered();
        return p != null && Stream.distance(reading.segmentAcknowledgment(), p.acknowledgedBy) >= 0
                || reading.requestsUnexplained();
    }

    @Override
    public void answersLost() {
        int unanswered = 0;
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (!p.isAnswered()) {
                p.answerMayBeHidden = true;
                p.hiddenFrom = reading.down().next();
                unanswered++;
            }
        }
        if (unanswered > (pipelines ? 0 : 1)) {
            answersUnknown = true; // which of them the next answer belongs to cannot be told, now and later
            for (int i = 0; i < pending.size(); i++) {
                Pending p = pending.get(i);
                if (p.isOpen()) {
                    p.resolution = Answer.HIDDEN;
                }
            }
            pending.release();
        }
    }

    /** Bytes of the requests came again and were others. */
    void doubtHeads() {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (!p.reported) {
                p.head = RequestParser.doubtful(p.head);
            }
        }
    }

    /** The originator said how far it has read, or spoke without saying so. */
    void originatorSpoke(Stream down) {
        if (pending.isEmpty()) {
            return;
        }
        originatorHas(down);
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.isAnswered()) {
                p.spokeWithoutAcknowledging = true;
            }
        }
    }

    private void originatorHas(Stream down) {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.isAnswered() && p.resolution == null && down.isAcknowledgedTo(p.answerSequence + 1)) {
                p.resolution = Answer.received(p.status);
            }
        }
        pending.release();
    }

    /** The responder will send nothing more. */
    void responderEnded() {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.isOpen()) {
                p.resolution = p.verdict(true);
            }
        }
        pending.release();
    }

    /** The originator closed its side a while ago: what it has not acknowledged, it never will. */
    void originatorEnded() {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.resolution == null) {
                p.resolution = p.verdict(true);
            }
        }
        pending.release();
    }

    /** Reports requests that have waited too long. */
    void expire(long nowNanos) {
        long oldest = nowNanos - workshop.limits().answerTimeoutNanos();
        if (pending.isEmpty() || pending.get(0).sinceNanos > oldest) {
            return; // in order, the first is the oldest
        }
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (!p.reported && p.resolution == null && p.sinceNanos <= oldest) {
                p.resolution = p.verdict(true);
            }
        }
        pending.release();
    }

    /** Reports all that is left. */
    void resolveAll(boolean connectionEnded) {
        for (int i = 0; i < pending.size(); i++) {
            Pending p = pending.get(i);
            if (p.resolution == null) {
                p.resolution = p.verdict(connectionEnded);
            }
        }
        pending.release();
        pending.clear();
    }
}
