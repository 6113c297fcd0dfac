package io.imdsight.model;

/**
 * What became of a request.
 *
 * @param state see {@link State}
 * @param status the status code 100..999 of the final answer; 0 unless {@code state} is {@code RECEIVED} or {@code LOST_ON_THE_WAY}
 */
public record Answer(State state, int status) {
    /** How an exchange ended. */
    public enum State {
        /** An answer was seen, and nothing says that it did not reach the originator. */
        RECEIVED,
        /** An answer was seen, but the originator never acknowledged it although it spoke again, or it gave up: a hop limit. */
        LOST_ON_THE_WAY,
        /** The connection ended, or the time for an answer passed, without one. */
        NONE,
        /** The answer's head fell into a gap, or the capture ended before anything could be said. */
        HIDDEN
    }

    /** No answer came. */
    public static final Answer NONE = new Answer(State.NONE, 0);

    /** Not known what came. */
    public static final Answer HIDDEN = new Answer(State.HIDDEN, 0);

    /** What nearly every answer is. */
    private static final Answer OK = new Answer(State.RECEIVED, 200);

    /** An answer that came. */
    public static Answer received(int status) {
        return status == OK.status ? OK : new Answer(State.RECEIVED, status);
    }
}
