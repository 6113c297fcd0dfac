package io.imdsight.model;

/** A number and what it counts, for sentences: {@code 1 call}, {@code 2 calls}. */
public final class Plural {
    private Plural() {}

    /** The plural with an s. */
    public static String of(long count, String singular) {
        return of(count, singular, singular + "s");
    }

    /** A plural of its own. */
    public static String of(long count, String singular, String plural) {
        return count + " " + (count == 1 ? singular : plural);
    }
}
