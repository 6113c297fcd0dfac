package io.imdsight.classify;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Exchange;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Script;
import io.imdsight.model.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a caller uses version 1: remembers what became of each caller's last token request. A script that runs one curl for the token and
 * another for the data is one caller, so a request also counts for the script that its process works for, and for those that run that one: a script may
 * have another fetch its token. The other way round it does not: what one script under a wrapper did says nothing of the next. One thread.
 */
public final class CauseTracker {
    /** Callers remembered; the one heard of longest ago goes first. A fleet's busiest machines run some hundred programs. */
    private static final int CALLERS_MAX = 4096;

    /** Without a script: how many shells one within the other, each given a command, are one caller. */
    private static final int SHELLS_MAX = 4;

    /** The shortest time after which any SDK gives up on a token (Go v2's dial): a wait this long and a tokenless call are a fallback. */
    private static final long GIVES_UP_NANOS = 200_000_000L;

    /** What is that much older than what is known is newer, by a clock that was set back. An answer is reported half a minute late at the most. */
    private static final long CLOCK_SET_NANOS = 60_000_000_000L;

    /** A token request of the process that started then; {@code cause} is null while it waits. */
    private record Attempt(long startBootNanos, long timestampNanos, Cause cause) {
        boolean isBy(Caller caller) {
            return startBootNanos == caller.startBootNanos();
        }
    }

    private final long sinceBootNanos;
    private final Map<Integer, Attempt> attempts = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Attempt> eldest) {
            return size() > CALLERS_MAX;
        }
    };

    /**
     * Remembers nothing yet.
     *
     * @param sinceBootNanos when the capture began, CLOCK_BOOTTIME: of a caller older than that nobody knows what it has tried
     */
    public CauseTracker(long sinceBootNanos) {
        this.sinceBootNanos = sinceBootNanos;
    }

    /** A request of a known caller was read, and waits for its answer. */
    public void requested(RequestHead head, Caller caller, long timestampNanos) {
        if (caller != null && "PUT".equals(head.method()) && Paths.isTokenPath(Paths.normalised(head.target()))) {
            note(caller, timestampNanos, null);
        }
    }

    /**
     * Takes note of an exchange, and says why it used version 1.
     *
     * @param caller who made it; null where that is not known
     * @return null unless the exchange is version 1
     */
    public Cause cause(Exchange exchange, Classification classification, Caller caller) {
        if (classification.version() != Version.V1) {
            if (caller != null) {
                noteOutcome(exchange, classification, caller);
            }
            return null;
        }
        if (caller == null) {
            return Cause.UNKNOWN;
        }
        Attempt attempt = attempt(caller);
        int family = family(caller);
        for (int i = 0; attempt == null && i < family; i++) {
            attempt = attempt(caller.parents().get(i));
        }
        if (attempt == null) {
            return caller.startBootNanos() >= sinceBootNanos ? Cause.NEVER_TRIED : Cause.UNKNOWN;
        }
        if (attempt.cause != null) {
            return attempt.cause;
        }
        boolean waitedInVain = exchange.timestampNanos() - attempt.timestampNanos >= GIVES_UP_NANOS;
        return waitedInVain ? Cause.TOKEN_UNANSWERED : Cause.UNKNOWN;
    }

    private void noteOutcome(Exchange exchange, Classification classification, Caller caller) {
        boolean served = classification.outcome() == Outcome.SERVED;
        if (classification.kind() == Kind.TOKEN) {
            note(
                    caller,
                    exchange.timestampNanos(),
                    afterToken(classification, exchange.answer().status()));
        } else if (served && classification.version() == Version.V2) {
            note(caller, exchange.timestampNanos(), Cause.TOKEN_UNUSED);
        }
    }

    private static Cause afterToken(Classification classification, int status) {
        return switch (classification.outcome()) {
            case SERVED -> Cause.TOKEN_UNUSED;
            case UNANSWERED -> Cause.TOKEN_UNANSWERED;
            case REFUSED, FAILED ->
                status == 403 || status == 404 || status == 405 || status >= 500 ? Cause.TOKEN_REFUSED : Cause.UNKNOWN;
            case UNDETERMINED -> Cause.UNKNOWN;
        };
    }

    private void note(Caller caller, long timestampNanos, Cause cause) {
        noteFor(caller, timestampNanos, cause);
        List<Caller> parents = caller.parents();
        int depth = Math.min(Script.ANCESTORS_MAX, parents.size());
        for (int i = 0; i < depth; i++) {
            if (Script.isAtWork(parents.get(i))) {
                noteFor(parents.get(i), timestampNanos, cause);
            }
        }
    }

    private void noteFor(Caller caller, long timestampNanos, Cause cause) {
        Attempt known = attempt(caller);
        if (known == null
                || known.timestampNanos <= timestampNanos
                || known.timestampNanos - timestampNanos >= CLOCK_SET_NANOS) {
            attempts.put(caller.pid(), new Attempt(caller.startBootNanos(), timestampNanos, cause));
        }
    }

    private Attempt attempt(Caller caller) {
        Attempt known = attempts.get(caller.pid());
        return known != null && known.isBy(caller) ? known : null;
    }

    /** How many of the caller's nearest ancestors are one caller with it: up to the script that it works for, the same that it is counted under. */
    private static int family(Caller caller) {
        int script = Script.ancestor(caller);
        if (script >= 0) {
            return script + 1;
        }
        return Script.runsItsOwn(caller) ? 0 : shells(caller.parents());
    }

    private static int shells(List<Caller> parents) {
        int depth = 0;
        while (depth < parents.size() && depth < SHELLS_MAX && Script.isAtWork(parents.get(depth))) {
            depth++;
        }
        return depth;
    }
}
