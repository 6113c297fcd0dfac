package io.imdsight.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Exchange;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import java.util.List;
import org.junit.jupiter.api.Test;

class CauseTrackerTest {
    private static final long START = 1_000_000_000_000L;
    private static final long SECOND = 1_000_000_000L;

    private final CauseTracker tracker = new CauseTracker(START);

    /** What CLOCK_REALTIME has over CLOCK_BOOTTIME. */
    private long offset = 1_700_000_000 * SECOND;

    private Caller process(int pid, long started, List<Caller> parents, String... arguments) {
        String executable = "/usr/bin/" + arguments[0];
        long wallClock = started + offset;
        return new Caller(
                pid,
                executable,
                List.of(arguments),
                title(arguments),
                0,
                null,
                wallClock,
                started,
                null,
                null,
                null,
                parents);
    }

    /** As the Attributor would have it. */
    private static String title(String... arguments) {
        String next = arguments.length == 1 || arguments[0].equals("curl") ? "--" : arguments[1];
        return next.startsWith("--") ? arguments[0] : arguments[0] + " " + next.substring(next.lastIndexOf('/') + 1);
    }

    private Caller curl(int pid, Caller... parents) {
        return process(pid, START + SECOND, List.of(parents), "curl", "http://169.254.169.254/");
    }

    private Cause tell(Caller caller, String method, int headers, Answer answer, long at) {
        String target = method.equals("PUT") ? "/latest/api/token" : "/latest/meta-data/";
        Exchange e = new Exchange(
                at,
                Link.UNKNOWN,
                ClassifierTest.CONNECTION,
                at,
                new RequestHead(method, target, null, headers, true),
                0,
                answer);
        return tracker.cause(e, Classifier.classify(e), caller);
    }

    private Cause put(Caller caller, Answer answer) {
        return tell(caller, "PUT", RequestHead.TOKEN_TTL, answer, START + 2 * SECOND);
    }

    private Cause get(Caller caller) {
        return tell(caller, "GET", 0, ClassifierTest.status(200), START + 4 * SECOND);
    }

    @Test
    void r1_aYoungCallerWithoutATokenRequestNeverTried() {
        assertEquals(Cause.NEVER_TRIED, get(curl(7)));
    }

    @Test
    void r2_aTokenRequestWithoutAnAnswerIsTheCause() {
        Caller c = curl(7);
        assertNull(put(c, Answer.NONE));
        assertEquals(Cause.TOKEN_UNANSWERED, get(c));
        put(c, new Answer(Answer.State.LOST_ON_THE_WAY, 200));
        assertEquals(Cause.TOKEN_UNANSWERED, get(c));
    }

    @Test
    void r2_aTokenRequestThatStillWaitsIsTheCauseOnceAnSdkWouldHaveGivenUp() {
        Caller c = curl(7);
        RequestHead head = new RequestHead("PUT", "/latest/api/token", null, RequestHead.TOKEN_TTL, true);
        tracker.requested(head, c, START + 4 * SECOND - 100_000_000);
        assertEquals(Cause.UNKNOWN, get(c));
        tracker.requested(head, curl(8), START + 3 * SECOND);
        assertEquals(Cause.TOKEN_UNANSWERED, get(curl(8)));
    }

    @Test
    void r3_aRefusedTokenRequestIsTheCause() {
        for (int code : new int[] {403, 404, 405, 500, 503}) {
            put(curl(code), ClassifierTest.status(code));
            assertEquals(Cause.TOKEN_REFUSED, get(curl(code)));
        }
    }

    @Test
    void r4_aCallerThatHasATokenAndCallsWithoutLeavesItUnused() {
        put(curl(7), ClassifierTest.status(200));
        assertEquals(Cause.TOKEN_UNUSED, get(curl(7)));
        tell(curl(8), "GET", RequestHead.TOKEN, ClassifierTest.status(200), START + SECOND);
        assertEquals(Cause.TOKEN_UNUSED, get(curl(8)));
    }

    @Test
    void r5_otherwiseTheCauseIsUnknown() {
        assertEquals(Cause.UNKNOWN, get(null));
        assertEquals(Cause.UNKNOWN, get(process(7, START - SECOND, List.of(), "daemon")));
        assertEquals(Cause.UNKNOWN, get(process(8, 0, List.of(), "curl")));
        put(curl(9), ClassifierTest.status(400));
        assertEquals(Cause.UNKNOWN, get(curl(9)));
    }

    @Test
    void aClockThatIsSetForwardMakesNoYoungCallerOfAnOldOne() {
        offset += 3_600 * SECOND;
        assertEquals(Cause.UNKNOWN, get(process(7, START - SECOND, List.of(), "daemon")));
        offset -= 2 * 3_600 * SECOND;
        assertEquals(Cause.NEVER_TRIED, get(curl(8)));
    }

    @Test
    void aClockThatIsSetForgetsNoTokenRequest() {
        put(curl(7), ClassifierTest.status(200));
        offset += 3_600 * SECOND;
        assertEquals(Cause.TOKEN_UNUSED, get(curl(7)));
    }

    @Test
    void aNumberThatAnotherProcessHasByNowIsAnother() {
        put(curl(7), ClassifierTest.status(200));
        assertEquals(Cause.NEVER_TRIED, get(process(7, START + SECOND + 10_000_000, List.of(), "curl")));
    }

    @Test
    void theProcessesOfOneScriptAreOneCaller() {
        Caller init = process(1, 1, List.of(), "systemd");
        Caller script = process(5, START - 9 * SECOND, List.of(), "bash", "/opt/nightly.sh");
        put(curl(6, script, init), Answer.NONE);
        assertEquals(Cause.TOKEN_UNANSWERED, get(curl(7, script, init)));
        assertEquals(Cause.NEVER_TRIED, get(curl(8, init)));
    }

    private static Caller script(int pid, String path) {
        String title = "sh " + path.substring(path.lastIndexOf('/') + 1);
        return new Caller(
                pid, "/bin/sh", List.of("sh", path), title, 0, null, START + SECOND, null, null, null, List.of());
    }

    @Test
    void whatOneScriptUnderAWrapperDidSaysNothingOfTheNext() {
        Caller wrapper = script(5, "/opt/wrapper.sh");
        put(curl(11, script(6, "/opt/a.sh"), wrapper), ClassifierTest.status(200));
        assertEquals(Cause.TOKEN_UNUSED, get(curl(12, script(6, "/opt/a.sh"), wrapper)), "the same script");
        assertEquals(Cause.NEVER_TRIED, get(curl(13, script(7, "/opt/b.sh"), wrapper)), "another one");
    }

    @Test
    void aScriptThatHasAnotherFetchItsTokenHasOne() {
        Caller nightly = script(5, "/opt/nightly.sh");
        Caller subshell = process(6, START + SECOND, List.of(), "sh", "-c", "get-token.sh");
        put(curl(11, script(7, "/opt/get-token.sh"), subshell, nightly), ClassifierTest.status(200));
        assertEquals(Cause.TOKEN_UNUSED, get(curl(12, nightly)));
    }

    @Test
    void aScriptOfItsOwnIsNotJudgedByTheOneThatRunsIt() {
        Caller nightly = script(5, "/opt/nightly.sh");
        put(curl(11, nightly), ClassifierTest.status(200));
        Caller report = new Caller(
                12,
                "/usr/bin/python3",
                List.of("python3", "/opt/report.py"),
                "python3 report.py",
                0,
                null,
                START + SECOND + offset,
                START + SECOND,
                null,
                null,
                null,
                List.of(nightly));
        assertEquals(Cause.NEVER_TRIED, get(report));
    }

    @Test
    void whatAnInterpreterIsGivenAsTextIsOneCallerAsAScriptIs() {
        String[][] texts = {{"sh", "-c"}, {"mksh", "-c"}, {"pypy3", "-c"}, {"perl", "-e"}, {"python3", "-m"}};
        int pid = 100;
        for (String[] text : texts) {
            Caller parent = process(pid++, START + SECOND, List.of(), text[0], text[1], "fetch");
            put(curl(pid++, parent), ClassifierTest.status(200));
            assertEquals(Cause.TOKEN_UNUSED, get(curl(pid++, parent)), text[0] + " " + text[1]);
        }
    }

    @Test
    void aToolThatRunsAnotherIsNoScriptThoughItsFileIsAShellsToo() {
        Caller timeout = new Caller(
                5,
                "/bin/busybox",
                List.of("timeout", "5", "curl"),
                "timeout",
                0,
                null,
                START + SECOND + offset,
                START + SECOND,
                null,
                null,
                null,
                List.of());
        put(curl(6, timeout), ClassifierTest.status(200));
        assertEquals(Cause.NEVER_TRIED, get(curl(7, timeout)));
    }

    @Test
    void aPersonsShellIsNoScript() {
        Caller shell = process(5, START - 9 * SECOND, List.of(), "bash", "--login");
        put(curl(6, shell), Answer.NONE);
        assertEquals(Cause.NEVER_TRIED, get(curl(7, shell)));
        Caller bare = process(5, START - 9 * SECOND, List.of(), "python3");
        put(curl(6, bare), Answer.NONE);
        assertEquals(Cause.NEVER_TRIED, get(curl(7, bare)));
    }

    @Test
    void aReusedPidIsAnotherCaller() {
        put(curl(7), Answer.NONE);
        assertEquals(Cause.NEVER_TRIED, get(process(7, START + 3 * SECOND, List.of(), "curl")));
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 10_000; i++) {
            put(curl(i), Answer.NONE);
        }
        assertEquals(Cause.NEVER_TRIED, get(curl(1)));
        assertEquals(Cause.TOKEN_UNANSWERED, get(curl(9_999)));
    }
}
