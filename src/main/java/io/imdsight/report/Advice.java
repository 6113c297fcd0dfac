package io.imdsight.report;

import io.imdsight.model.Cause;
import java.util.List;

/**
 * Why a caller goes without a token, and what to do.
 *
 * @param cause the cause that it answers
 * @param why the cause in words, without a full stop
 * @param steps what to do, one thing each, the first the likeliest; a step that begins with four blanks is a command or code
 * @param source where the advice is from; null where it follows from what was seen
 */
public record Advice(Cause cause, String why, List<String> steps, String source) {
    /** Begins a step that is a command or code. */
    static final String CODE = "    ";

    public Advice {
        steps = List.copyOf(steps);
    }
}
