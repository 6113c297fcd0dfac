package io.imdsight.report.fleet;

import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Plural;
import io.imdsight.report.Durations;
import java.util.ArrayList;
import java.util.List;

/** Sentences that text and page have in common. */
final class FleetWording {
    private FleetWording() {}

    static String headline(FleetReport r) {
        int all = r.instances().size();
        int ready = r.count(InstanceState.READY);
        if (all == 0) {
            return "no instance was heard of";
        }
        return ready + " of " + Plural.of(all, "instance") + (all == 1 ? " is" : " are")
                + " ready for HttpTokens=required";
    }

    static String period(Period p) {
        return "as of " + Timestamps.brief(p.untilSeconds()) + " UTC; judged over the last "
                + Durations.of(p.windowLength() * 1000) + "; history since " + Timestamps.day(p.epochDay(0));
    }

    /** What a reader has to know before believing the figures. */
    static List<String> notes(FleetReport r) {
        List<String> out = new ArrayList<>();
        Inputs in = r.inputs();
        if (r.gone() > 0) {
            out.add(Plural.of(r.gone(), "instance") + " of the history left no trace in the window, and "
                    + (r.gone() == 1 ? "is" : "are") + " no longer counted");
        }
        if (r.blockedSilent() > 0) {
            out.add(r.blockedSilent() + " of the blocked instances " + (r.blockedSilent() == 1 ? "is" : "are")
                    + " silent as well: maybe ended, maybe without an agent");
        }
        if (in.damaged > 0) {
            out.add(Plural.of(in.damaged, "line") + " could not be read, and what " + (in.damaged == 1 ? "it" : "they")
                    + " said is missing here: " + damage(in));
        }
        if (in.repeated > 0) {
            out.add(Plural.of(in.repeated, "heartbeat")
                    + " came more than once, counted once; callers' records of the same files cannot be"
                    + " told from late ones, so that calls may be counted twice. No instance's state depends on that");
        }
        if (in.after > 0) {
            out.add(Plural.of(in.after, "record") + " of a later time " + (in.after == 1 ? "was" : "were")
                    + " left out; --until sets the time");
        }
        if (in.instancesBeyond > 0) {
            out.add(Plural.of(in.instancesBeyond, "record") + " of instances beyond the first " + Fleet.INSTANCES_MAX
                    + " are in no figure here: report on parts of the fleet");
        }
        if (in.callersBeyond > 0) {
            out.add(Plural.of(in.callersBeyond, "record") + " of callers beyond the bound are counted under other");
        }
        if (in.eventsBesideFeed > 0) {
            out.add("event files of " + Plural.of(in.eventsBesideFeed, "instance")
                    + " were left out: its feed has the same requests");
        }
        if (r.instances().isEmpty() && in.latest != Instance.NEVER) {
            out.add("the latest record is of " + Timestamps.brief(in.latest) + " UTC; --until "
                    + Timestamps.text(in.latest) + " reports as of then");
        }
        return out;
    }

    private static String damage(Inputs in) {
        List<String> out = new ArrayList<>();
        in.reasons.forEach((reason, count) -> out.add(count + " " + reason));
        return String.join("; ", out);
    }

    static String input(Inputs in) {
        return Plural.of(in.lines, "line") + ": " + Plural.of(in.callerRecords, "caller's record", "callers' records")
                + ", "
                + Plural.of(in.heartbeats, "heartbeat")
                + (in.events > 0 ? ", " + Plural.of(in.events, "sighting or roll-up", "sightings and roll-ups") : "")
                + (in.otherLines > 0 ? ", " + in.otherLines + " of other kinds" : "")
                + (in.before > 0 ? ", " + in.before + " from before" : "")
                + "; " + in.damaged + " damaged";
    }

    static String instance(Instance i) {
        return i.name == null || i.name.equals(i.id) ? i.id : i.id + " (" + i.name + ")";
    }

    /** {@code 12 by connect-probe, 1 by none}. */
    static String evidence(Use u) {
        List<String> out = new ArrayList<>();
        for (EvidenceMethod m : EvidenceMethod.values()) {
            if (u.evidence(m) > 0) {
                out.add(u.evidence(m) + " by " + m.label());
            }
        }
        return String.join(", ", out);
    }

    static String cause(FleetCaller c) {
        return c.cause() == null ? "" : c.cause().label();
    }

    static String time(long seconds) {
        return seconds == Instance.NEVER ? "never" : Timestamps.brief(seconds);
    }

    static String quality(Instance i) {
        return Plural.of(i.heartbeats, "heartbeat") + " in the window, " + i.unsound
                + " of them not sound; watched " + Durations.of(i.coverage.seconds() * 1000) + " of it; last heartbeat "
                + time(i.lastHeartbeat);
    }
}
