package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;

/** A request on its way to becoming an exchange. Used again for another one afterwards, see {@link Spares}. */
final class Pending {
    /** Replaced once there is doubt about it. */
    RequestHead head;

    /** TCP sequence number behind the head's last byte. */
    int headEnd;

    long timestampNanos;
    Link link;

    /** When it came, by {@link PacketTime}. */
    long sinceNanos;

    /** An answer to this request acknowledges at least up to here. */
    int acknowledgedBy;

    /** Bytes in front of it were not seen, and an earlier request waits: the next answer may be that of a request among them. */
    boolean followsGap;

    /** Given up as undetermined, though its answer is still to come: stays so that this answer is not taken for another's. */
    boolean staysForItsAnswer;

    /** Bytes of stream memory that this takes. */
    int cost;

    /** Status of the answer that was seen, 0 while there is none. */
    int status;

    /** Sequence number at which the bytes with the answer's status line begin. */
    int answerSequence;

    /** The originator sent something after the answer and did not acknowledge it. */
    boolean spokeWithoutAcknowledging;

    /** Bytes that are missing may have held the answer. */
    boolean answerMayBeHidden;

    /** Where those bytes begin. */
    int hiddenFrom;

    /** What to report; null while that is open. */
    Answer resolution;

    /** Reported already: stays only so that its late answer is not taken for another's. */
    boolean reported;

    void begin(RequestHead newHead, int newHeadEnd, long newTimestampNanos, Link newLink, int newAcknowledgedBy) {
        head = newHead;
        headEnd = newHeadEnd;
        timestampNanos = newTimestampNanos;
        link = newLink;
        acknowledgedBy = newAcknowledgedBy;
        sinceNanos = 0;
        followsGap = false;
        staysForItsAnswer = false;
        cost = 0;
        status = 0;
        answerSequence = 0;
        spokeWithoutAcknowledging = false;
        answerMayBeHidden = false;
        hiddenFrom = 0;
        resolution = null;
        reported = false;
    }

    /** Keeps nothing alive. */
    void forget() {
        head = null;
        link = null;
        resolution = null;
    }

    boolean isAnswered() {
        return status != 0;
    }

    /** Whether an answer that comes may be its own: not once it is given up and only waits to be reported behind others. */
    boolean awaitsAnswer() {
        return status == 0 && (resolution == null || reported || staysForItsAnswer);
    }

    /** Neither answered nor given up. */
    boolean isOpen() {
        return status == 0 && resolution == null;
    }

    /** What to report when nothing more will come. */
    Answer verdict(boolean connectionEnded) {
        if (isAnswered()) {
            return spokeWithoutAcknowledging
                    ? new Answer(Answer.State.LOST_ON_THE_WAY, status)
                    : Answer.received(status);
        }
        return connectionEnded && !answerMayBeHidden ? Answer.NONE : Answer.HIDDEN;
    }
}
