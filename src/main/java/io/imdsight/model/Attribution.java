package io.imdsight.model;

/**
 * Who sent a request, and how that is known.
 *
 * @param caller the process; null where the evidence is {@code none}
 * @param evidence never null
 */
public record Attribution(Caller caller, Evidence evidence) {
    /** Nothing is known. */
    public static Attribution none(String reason) {
        return new Attribution(null, Evidence.none(reason));
    }
}
