package io.imdsight.publish.cloudwatch;

/**
 * What became of a put.
 *
 * @param kind what to do next depends on it
 * @param reason for people: the error's code or the failure, free of secrets; empty where accepted
 */
public record PutOutcome(Kind kind, String reason) {
    /** Everything went well. */
    static final PutOutcome ACCEPTED = new PutOutcome(Kind.ACCEPTED, "");

    /** The kinds. Their order is the number that the wire sends. */
    public enum Kind {
        /** CloudWatch has the points. */
        ACCEPTED,
        /** It has none of them and wants fewer requests. */
        THROTTLED,
        /** It has none of them, so far as it says: an answer of 500 or above, or no connection. */
        UNAVAILABLE,
        /** The request was on its way and no answer came: it has all of them or none. */
        UNANSWERED,
        /** It would take nothing from us as things are: no credentials, no permission, a wrong region. */
        NOT_ALLOWED,
        /** It has none of them because something in them is wrong. */
        REJECTED
    }
}
