package io.imdsight.attribute;

import io.imdsight.model.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/** The connections that the {@link Witness} knows, by socket and by name, the oldest first. Guarded by the witness. */
final class WatchedTable {
    /** How many connections with the same addresses and ports are looked at: as many come and go while one is being decided at the most. */
    private static final int LOOKS_MAX = 256;

    private final Map<Long, Watched> bySocket = new HashMap<>();
    private final Map<Connection, List<Watched>> byName = new HashMap<>();

    /** Not decided, the kernel knows them. */
    private final Set<Watched> connects = new LinkedHashSet<>();

    /** Not decided, the capture alone knows them. */
    private final Set<Watched> captured = new LinkedHashSet<>();

    private final Set<Watched> decided = new LinkedHashSet<>();

    /** Of all, those that were made where nothing was captured. */
    private final Set<Watched> elsewhere = new LinkedHashSet<>();

    int size() {
        return connects.size() + captured.size() + decided.size();
    }

    /** Enters a connection, or puts it where it belongs by now. */
    void place(Watched w) {
        connects.remove(w);
        captured.remove(w);
        if (w.decided) {
            decided.add(w);
        } else if (w.seenByKernel()) {
            connects.add(w);
        } else {
            captured.add(w);
        }
    }

    void remove(Watched w) {
        connects.remove(w);
        captured.remove(w);
        decided.remove(w);
        elsewhere.remove(w);
        forgetSocket(w);
        unname(w.tuple, w);
        unname(w.alias, w);
    }

    void forgetSocket(Watched w) {
        bySocket.remove(w.socket, w);
    }

    void setSocket(Watched w) {
        bySocket.put(w.socket, w);
    }

    Watched bySocket(long socket) {
        return bySocket.get(socket);
    }

    /** Lets it be found by a name. */
    void name(Connection name, Watched w) {
        byName.computeIfAbsent(name, n -> new ArrayList<>(1)).add(w);
    }

    private void unname(Connection name, Watched w) {
        List<Watched> same = name == null ? null : byName.get(name);
        if (same != null && same.remove(w) && same.isEmpty()) {
            byName.remove(name);
        }
    }

    /**
     * The nearest of a name.
     *
     * @param distance how far; negative where it is out of the question
     * @return null where there is none
     */
    Watched nearest(Connection name, ToLongFunction<Watched> distance) {
        List<Watched> same = byName.getOrDefault(name, List.of());
        Watched best = null;
        long bestDistance = Long.MAX_VALUE;
        for (int i = Math.max(0, same.size() - LOOKS_MAX); i < same.size(); i++) {
            long d = distance.applyAsLong(same.get(i));
            if (d >= 0 && d < bestDistance) {
                best = same.get(i);
                bestDistance = d;
            }
        }
        return best;
    }

    /** The undecided ones that the kernel knows, the oldest first. */
    Collection<Watched> connects() {
        return connects;
    }

    /** The undecided ones that the capture alone knows. */
    Collection<Watched> captured() {
        return captured;
    }

    Collection<Watched> decided() {
        return decided;
    }

    /** Of all, those that were made where nothing was captured; kept by whoever knows what is. */
    Collection<Watched> elsewhere() {
        return elsewhere;
    }

    /** A copy of all, the undecided ones first. */
    List<Watched> all() {
        List<Watched> out = new ArrayList<>(connects);
        out.addAll(captured);
        out.addAll(decided);
        return out;
    }
}
