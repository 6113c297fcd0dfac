package io.imdsight.attribute;

import io.imdsight.model.Attribution;
import io.imdsight.model.Evidence;

/** What can be said where the kernel names who connects but not who sends. */
final class SenderUnknown {
    private static final String REASON =
            "it opened the connection; whether it also sent the request cannot be told here";

    private static final Evidence WHOLE = new Evidence(Evidence.CONNECT_PROBE.method(), REASON);

    private SenderUnknown() {}

    /** The same process, with what limits the evidence. */
    static Attribution limit(Attribution opener) {
        Evidence e = opener.evidence();
        if (e.equals(Evidence.CONNECT_PROBE)) {
            return new Attribution(opener.caller(), WHOLE);
        }
        return e.method() == WHOLE.method()
                ? new Attribution(opener.caller(), new Evidence(e.method(), e.reason() + "; " + REASON))
                : opener;
    }
}
