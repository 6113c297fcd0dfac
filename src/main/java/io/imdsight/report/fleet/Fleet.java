package io.imdsight.report.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes the records of many machines, in any order, and keeps what the fleet's questions need: so much an instance, a caller, and a caller on an
 * instance, each bounded, however long the feed is. One thread.
 */
public final class Fleet {
    /** With everything at its bound, the heap that the launcher gives is enough. */
    static final int INSTANCES_MAX = 50_000;

    static final int CALLERS_MAX = 10_000;
    static final int USES_MAX = 300_000;

    /** Names of instances and callers, all together. */
    static final int CHARACTERS_MAX = 8_000_000;

    final Period period;
    final Inputs inputs = new Inputs();
    private final long[] blockingByDay;
    private final String lookedAt;
    private final Map<String, Instance> byFeed = new HashMap<>();
    private final Map<String, Instance> byEvents = new HashMap<>();
    private final Map<CallerIdentity, FleetCaller> callers = new HashMap<>();
    private final RecordReader reader = new RecordReader();
    private final Lines lines = new Lines();
    private final FleetCaller other = new FleetCaller(CallerIdentity.OTHER);
    private int uses;
    private int characters;

    /**
     * Nothing is known yet.
     *
     * @param lookedAt an instance of which all callers are kept, also those that do not block; null for none
     */
    public Fleet(Period period, String lookedAt) {
        this.period = period;
        this.lookedAt = lookedAt;
        this.blockingByDay = new long[period.days()];
        callers.put(CallerIdentity.OTHER, other);
    }

    /** What was read so far. */
    public Inputs inputs() {
        return inputs;
    }

    /**
     * Reads a feed or an event file to its end. What was read before an exception is counted.
     *
     * @param machine whose it is, where its lines do not say so, as those of an event file do not
     */
    public void read(InputStream in, String machine) throws IOException {
        inputs.bytes += lines.read(in, new Lines.Sink() {
            @Override
            public void line(byte[] buffer, int offset, int length) {
                inputs.lines++;
                try {
                    accept(reader.read(buffer, offset, length), machine);
                } catch (DamagedLineException e) {
                    inputs.damaged(e.getMessage());
                }
            }

            @Override
            public void tooLong() {
                inputs.lines++;
                inputs.damaged("longer than " + Lines.LINE_BYTES_MAX + " bytes");
            }
        });
    }

    private void accept(FeedRecord r, String machine) {
        switch (r.kind) {
            case CALLER -> inputs.callerRecords++;
            case HEARTBEAT -> inputs.heartbeats++;
            case EVENT -> inputs.events++;
            case OTHER -> inputs.otherLines++;
        }
        if (r.kind == FeedRecord.Kind.OTHER) {
            return;
        }
        inputs.latest = Math.max(inputs.latest, r.timestampSeconds);
        if (r.timestampSeconds < period.sinceSeconds()) {
            inputs.before++;
            return;
        }
        if (r.timestampSeconds > period.untilSeconds()) {
            inputs.after++;
            return;
        }
        String id = r.instance() == null ? machine : r.instance();
        Instance instance = instance(id, r.kind == FeedRecord.Kind.EVENT);
        if (instance == null) {
            inputs.instancesBeyond++;
            return;
        }
        if (r.hostId != null && r.hostName != null) {
            instance.name = instance.name == null ? named(r.hostName) : instance.name;
        }
        instance.first = Math.min(instance.first, r.timestampSeconds);
        instance.last = Math.max(instance.last, r.timestampSeconds);
        if (r.kind == FeedRecord.Kind.HEARTBEAT) {
            heartbeat(r, instance);
        } else {
            requests(r, instance);
        }
    }

    private Instance instance(String id, boolean fromEvents) {
        Map<String, Instance> map = fromEvents ? byEvents : byFeed;
        Instance out = map.get(id);
        if (out == null) {
            if (byFeed.size() + byEvents.size() >= INSTANCES_MAX || characters + id.length() > CHARACTERS_MAX) {
                return null;
            }
            characters += id.length();
            out = new Instance(id, fromEvents, period.days());
            map.put(id, out);
        }
        return out;
    }

    private String named(String name) {
        if (characters + name.length() > CHARACTERS_MAX) {
            return null;
        }
        characters += name.length();
        return name;
    }

    private void heartbeat(FeedRecord r, Instance i) {
        i.lastHeartbeat = Math.max(i.lastHeartbeat, r.timestampSeconds);
        Instance.mark(i.heardDays, period.day(r.timestampSeconds));
        long begins = r.timestampSeconds - r.intervalSeconds;
        if (r.timestampSeconds <= period.windowSeconds()) {
            return;
        }
        // one that reaches back over the window's beginning counts calls of before
        i.heartbeatBlocks |= r.blocking > 0 && begins >= period.windowSeconds();
        if (!r.sound) {
            i.heartbeats++;
            i.unsound++;
            i.dropped |= r.drops > 0;
            i.missed |= r.unexplained > 0;
            i.hidden |= r.undetermined > 0;
            i.interrupted |= r.capturedSeconds + 1 < r.intervalSeconds;
            return;
        }
        int from = (int) (Math.max(begins, period.windowSeconds()) - period.windowSeconds());
        int to = (int) (r.timestampSeconds - period.windowSeconds());
        if (i.coverage.add(from, to)) {
            i.heartbeats++;
        } else {
            inputs.repeated++;
        }
    }

    private void requests(FeedRecord r, Instance i) {
        boolean inWindow = r.timestampSeconds >= period.windowSeconds();
        if (inWindow) {
            i.requests = Sums.add(i.requests, r.requests);
            i.v1 = Sums.add(i.v1, r.v1);
            i.v2 = Sums.add(i.v2, r.v2);
            i.undetermined = Sums.add(i.undetermined, r.undetermined);
            i.blocking = Sums.add(i.blocking, r.blocking);
        }
        if (r.blocking > 0) {
            int day = period.day(r.timestampSeconds);
            Instance.mark(i.blockedDays, day);
            long[] days = i.fromEvents ? i.blockingByDay(period.days()) : blockingByDay;
            days[day] = Sums.add(days[day], r.blocking);
        }
        if (r.blocking > 0 || isLookedAt(i, r)) {
            FleetCaller caller = caller(CallerIdentity.of(r));
            Use use = use(i, caller);
            use.caller.note(r, inWindow && r.blocking > 0);
            use.add(r, inWindow);
        }
    }

    private boolean isLookedAt(Instance i, FeedRecord r) {
        return lookedAt != null && (lookedAt.equals(i.id) || lookedAt.equals(r.hostName));
    }

    private FleetCaller caller(CallerIdentity identity) {
        FleetCaller out = callers.get(identity);
        if (out == null) {
            if (callers.size() >= CALLERS_MAX || characters + identity.characters() > CHARACTERS_MAX) {
                inputs.callersBeyond++;
                return other;
            }
            characters += identity.characters();
            out = new FleetCaller(identity);
            callers.put(identity, out);
        }
        return out;
    }

    /** One place is kept for {@link #other} on each instance, so that what does not fit is still counted there. */
    private Use use(Instance i, FleetCaller caller) {
        Use out = i.use(caller);
        if (out != null) {
            return out;
        }
        boolean full = i.isFull() || uses >= USES_MAX;
        if (full && caller != other) {
            inputs.callersBeyond++;
            return use(i, other);
        }
        uses++;
        return i.addUse(caller);
    }

    Collection<FleetCaller> callers() {
        return callers.values();
    }

    /** What the feed says of a machine goes before its event file, which has the same requests. */
    Collection<Instance> instances() {
        Map<String, Instance> out = new HashMap<>(byEvents);
        out.putAll(byFeed);
        inputs.eventsBesideFeed = (long) byEvents.size() + byFeed.size() - out.size();
        return out.values();
    }

    /** Blocking calls by day, of these instances. */
    long[] blockingByDay(Collection<Instance> counted) {
        long[] out = blockingByDay.clone();
        for (Instance i : counted) {
            if (i.fromEvents) {
                long[] days = i.blockingByDay(out.length);
                for (int d = 0; d < out.length; d++) {
                    out[d] = Sums.add(out[d], days[d]);
                }
            }
        }
        return out;
    }
}
