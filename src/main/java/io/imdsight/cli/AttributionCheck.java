package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.attribute.AttributorOptions;
import io.imdsight.attribute.AttributorState;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.util.ArrayList;
import java.util.List;

/** On which rung this machine stands: the ways to a caller are opened as the agent opens them, and closed again. */
record AttributionCheck(Endpoints endpoints) implements Check {
    private static final String UNNAMED = "callers that live a few milliseconds often stay unnamed";

    @Override
    public List<Finding> look() {
        AttributorState state;
        try (Attributor attributor = Attributor.start(AttributorOptions.of(endpoints, new Drops()))) {
            state = attributor.state();
        }
        List<Finding> out = new ArrayList<>();
        out.add(
                state.probeUp()
                        ? Finding.ok(
                                "probe",
                                "the kernel says who connects, in every network namespace"
                                        + (state.probeDetour() == null ? "" : "; " + state.probeDetour()))
                        : Finding.limited(
                                "probe",
                                state.probeProblem(),
                                UNNAMED + "; there is no witness of what the capture missed",
                                needs(state.probeProblem())));
        if (state.probeUp()) {
            out.add(
                    state.copyUp()
                            ? Finding.ok("copy", "the kernel copies command line and ancestry within the connect")
                            : Finding.limited(
                                    "copy",
                                    state.copyProblem(),
                                    "a caller that ends within a millisecond or two may stay without its command line",
                                    needs(state.copyProblem())));
        }
        out.add(
                state.socketTableUp()
                        ? Finding.ok("socket-table", "sockets can be looked up")
                        : Finding.limited(
                                "socket-table",
                                state.socketTableProblem(),
                                "callers with connections older than imdsight stay unnamed",
                                needs(state.socketTableProblem())));
        out.add(rung(state));
        return out;
    }

    private static Finding rung(AttributorState state) {
        if (state.probeUp() && state.copyUp()) {
            return Finding.ok("rung", "copy within the connect: every caller is named, however short it lives");
        }
        if (state.probeUp()) {
            return Finding.limited(
                    "rung",
                    "probe and /proc: every caller has its pid, and nearly always its command line on an idle machine",
                    "command lines of callers that live a millisecond, while this machine is busy",
                    null);
        }
        return Finding.limited(
                "rung",
                state.socketTableUp()
                        ? "socket table: callers that live until their answer comes are mostly named"
                        : "none: calls are counted, callers are not named",
                UNNAMED,
                null);
    }

    /** The sentences end with what is needed. */
    private static String needs(String problem) {
        int at = problem.lastIndexOf("; needs ");
        return at < 0 ? null : problem.substring(at + 2);
    }
}
