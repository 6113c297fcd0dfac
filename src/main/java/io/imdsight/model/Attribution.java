package io.imdsight.model;

/**
 * Who sent a request, and how that is known.
 *
 * @param caller the process; null where the evidence is {@code none}
 * @param evidence never null
 * @param translatedFrom the connection as whoever opened it names it, where its address was translated on the way and only that was captured; null
 *     otherwise
 */
public record Attribution(Caller caller, Evidence evidence, Connection translatedFrom) {
    /** Without translation. */
    public Attribution(Caller caller, Evidence evidence) {
        this(caller, evidence, null);
    }

    /** Nothing is known. */
    public static Attribution none(String reason) {
        return new Attribution(null, Evidence.none(reason));
    }

    /** The same, of a connection that was translated. */
    public Attribution translatedFrom(Connection original) {
        return new Attribution(caller, evidence, original);
    }
}
