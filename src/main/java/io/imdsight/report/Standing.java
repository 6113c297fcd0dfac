package io.imdsight.report;

import io.imdsight.model.Classification;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Version;

/** What requiring tokens would change for a request; the worst first. */
public enum Standing implements Labelled {
    /** A tokenless call that was served: it would be refused. */
    BLOCKING("blocking"),
    /** A call of which it is not known whether it had a token, or whether it was served. */
    POSSIBLE("possible"),
    /** A tokenless call that is refused already: 401 or 403. */
    REFUSED("refused"),
    /** A tokenless call that got another error, or no answer. */
    FAILED("failed"),
    /** A probe for another cloud. */
    FOREIGN("foreign"),
    /** A call with a token, or for one. */
    V2("v2");

    private final String label;

    Standing(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /** Where a request stands. Whether tokens are required makes no difference for token requests and for what is not meant for EC2. */
    public static Standing of(Classification c) {
        if (c.kind() == Kind.FOREIGN) {
            return FOREIGN;
        }
        if (c.version() == Version.V2) {
            return V2;
        }
        if (c.blocks()) {
            return BLOCKING;
        }
        if (c.mayBlock()) {
            return POSSIBLE;
        }
        return switch (c.outcome()) {
            case SERVED -> V2; // a token request, whatever is wrong with it
            case REFUSED -> REFUSED;
            case FAILED, UNANSWERED, UNDETERMINED -> FAILED;
        };
    }
}
