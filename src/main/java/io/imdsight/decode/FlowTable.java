package io.imdsight.decode;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The known connections: found by their four-part name without an object for the question, and kept in lists by what may be forgotten first.
 * One thread.
 */
final class FlowTable {
    /** What may be forgotten first stands first. */
    enum Rank {
        /** Finished: kept so that late packets are recognised. */
        DONE,
        /** Opened, nothing said. */
        SILENT,
        /** Nothing waits. */
        IDLE,
        /** A request waits for its answer. */
        WAITING,
        /** A segment waits for its turn. */
        HOLDING
    }

    /** A conversation's place in the list of its rank. */
    static final class Place {
        final Conversation conversation;
        private Place before = this;
        private Place after = this;
        private Rank rank;
        private Flow flows;
        private int names;

        Place(Conversation conversation) {
            this.conversation = conversation;
        }
    }

    /** One name of a conversation; behind address translation it has several. */
    private static final class Flow {
        final long originatorHigh;
        final long originatorLow;
        final long responderHigh;
        final long responderLow;
        final int ports;
        final Conversation conversation;
        Flow nextInBucket;
        Flow nextOfConversation;

        Flow(long oHigh, long oLow, long rHigh, long rLow, int ports, Conversation conversation) {
            this.originatorHigh = oHigh;
            this.originatorLow = oLow;
            this.responderHigh = rHigh;
            this.responderLow = rLow;
            this.ports = ports;
            this.conversation = conversation;
        }
    }

    /** Not known outside of this process: who makes up addresses cannot make them meet in one bucket. */
    private static final long KEY = ThreadLocalRandom.current().nextLong() | 1;

    private static final long START = ThreadLocalRandom.current().nextLong();

    private final Flow[] buckets;
    private final Place[] lists = new Place[Rank.values().length];
    private final int[] listSizes = new int[lists.length];

    FlowTable(int conversationsMax) {
        buckets = new Flow[Integer.highestOneBit(Math.max(16, conversationsMax) - 1) << 2];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new Place(null);
        }
    }

    int size() {
        int n = 0;
        for (int s : listSizes) {
            n += s;
        }
        return n;
    }

    Conversation find(long oHigh, long oLow, int oPort, long rHigh, long rLow, int rPort) {
        int ports = oPort << 16 | rPort;
        Flow f = buckets[bucket(oHigh, oLow, rHigh, rLow, ports)];
        while (f != null) {
            if (f.originatorLow == oLow
                    && f.ports == ports
                    && f.originatorHigh == oHigh
                    && f.responderLow == rLow
                    && f.responderHigh == rHigh) {
                return f.conversation;
            }
            f = f.nextInBucket;
        }
        return null;
    }

    /** Gives a conversation a name; the first one also enters it into the lists. */
    void add(long oHigh, long oLow, int oPort, long rHigh, long rLow, int rPort, Conversation c) {
        int ports = oPort << 16 | rPort;
        Flow f = new Flow(oHigh, oLow, rHigh, rLow, ports, c);
        int bucket = bucket(oHigh, oLow, rHigh, rLow, ports);
        f.nextInBucket = buckets[bucket];
        buckets[bucket] = f;
        f.nextOfConversation = c.place.flows;
        c.place.flows = f;
        c.place.names++;
    }

    /** How many names a conversation has. */
    static int names(Conversation c) {
        return c.place.names;
    }

    /** Puts a conversation at the end of the list of its rank. */
    void touch(Conversation c) {
        Place p = c.place;
        Rank rank = rank(c);
        unlink(p);
        Place end = lists[rank.ordinal()];
        p.rank = rank;
        listSizes[rank.ordinal()]++;
        p.before = end.before;
        p.after = end;
        end.before.after = p;
        end.before = p;
    }

    /** Moves a conversation to the list of its rank where that has changed; otherwise it keeps its place. */
    void rerank(Conversation c) {
        if (c.place.rank != rank(c)) {
            touch(c);
        }
    }

    private static Rank rank(Conversation c) {
        if (c.isDone()) {
            return Rank.DONE;
        }
        if (c.isHolding()) {
            return Rank.HOLDING;
        }
        return c.isWaiting() ? Rank.WAITING : c.hasSpoken() ? Rank.IDLE : Rank.SILENT;
    }

    /** The conversation of a rank that has been quiet longest; null where there is none. */
    Conversation oldest(Rank rank) {
        return lists[rank.ordinal()].after.conversation;
    }

    /** The one behind in the same list; null at its end. */
    Conversation after(Conversation c) {
        return c.place.after.conversation;
    }

    /** Forgets a conversation with all its names. */
    void remove(Conversation c) {
        unlink(c.place);
        Flow f = c.place.flows;
        while (f != null) {
            unbucket(f);
            f = f.nextOfConversation;
        }
        c.place.flows = null;
        c.place.names = 0;
    }

    private void unbucket(Flow gone) {
        int bucket = bucket(gone.originatorHigh, gone.originatorLow, gone.responderHigh, gone.responderLow, gone.ports);
        Flow f = buckets[bucket];
        if (f == gone) {
            buckets[bucket] = gone.nextInBucket;
            return;
        }
        while (f != null && f.nextInBucket != gone) {
            f = f.nextInBucket;
        }
        if (f != null) {
            f.nextInBucket = gone.nextInBucket;
        }
    }

    private void unlink(Place p) {
        if (p.rank != null) {
            listSizes[p.rank.ordinal()]--;
            p.before.after = p.after;
            p.after.before = p.before;
            p.before = p;
            p.after = p;
            p.rank = null;
        }
    }

    private int bucket(long oHigh, long oLow, long rHigh, long rLow, int ports) {
        long h = mixed(mixed(mixed(mixed(mixed(START, oHigh), oLow), rHigh), rLow), ports);
        return (int) (h >>> 32) & buckets.length - 1;
    }

    private static long mixed(long h, long part) {
        long m = (h ^ part) * KEY;
        return m ^ m >>> 32;
    }
}
