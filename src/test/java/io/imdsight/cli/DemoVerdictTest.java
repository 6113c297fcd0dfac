package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.classify.Classifier;
import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Connection;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoVerdictTest {
    private static final Connection CONNECTION =
            new Connection(IpAddress.parse("10.0.0.5"), 40312, IpAddress.IMDS_V4, 80);

    @Test
    void eachBlockingCallerIsNamedOnceWithReasonAndAdvice() {
        Caller script = caller("sync.sh");
        Caller curl = caller("curl", script);
        assertEquals(
                List.of(
                        "VERDICT: blocked. HttpTokens=required would break 1 caller:",
                        "  curl ← sync.sh",
                        "      why: has never asked for a token",
                        "      do:  PUT /latest/api/token first and send the token; or update its SDK"),
                DemoVerdict.of(List.of(
                        v1("/latest/meta-data/", 200, curl, Cause.NEVER_TRIED),
                        v1("/latest/user-data", 200, curl, Cause.NEVER_TRIED))));
    }

    @Test
    void foreignAndFailingCallsDoNotBlock() {
        assertEquals(
                List.of(
                        "VERDICT: no call without a session token was served; HttpTokens=required would break nothing seen here.",
                        "No obstacle, though without a token:",
                        "  a for /computeMetadata/v1/",
                        "      why: looks for another cloud here",
                        "      do:  nothing",
                        "  b for /latest/nothing",
                        "      why: is not served anyway",
                        "      do:  nothing"),
                DemoVerdict.of(List.of(
                        v1("/computeMetadata/v1/", 404, caller("a"), Cause.NEVER_TRIED),
                        v1("/latest/nothing", 404, caller("b"), Cause.NEVER_TRIED))));
    }

    @Test
    void aCallerWithoutANameStillBlocks() {
        List<String> lines = DemoVerdict.of(List.of(v1("/latest/", 200, null, Cause.UNKNOWN)));
        assertEquals("  a process that could not be named, at 10.0.0.5", lines.get(1));
        assertEquals("      why: it had ended", lines.get(2));
    }

    private static Sighting v1(String target, int status, Caller caller, Cause cause) {
        Exchange e = new Exchange(
                1,
                Link.UNKNOWN,
                CONNECTION,
                1,
                new RequestHead("GET", target, null, 0, true),
                0,
                new Answer(Answer.State.RECEIVED, status));
        Evidence evidence = caller == null ? Evidence.none("it had ended") : Evidence.CONNECT_PROBE;
        return new Sighting(e, Classifier.classify(e), cause, caller, evidence);
    }

    private static Caller caller(String title, Caller... parents) {
        return new Caller(7, null, null, title, 0, "root", 1, null, null, null, List.of(parents));
    }
}
