package io.imdsight.attribute;

import io.imdsight.model.Caller;
import java.util.IdentityHashMap;

/** How much text the callers in a table hold, in characters. An ancestor that many callers share is weighed once. */
final class CallerWeights {
    /** How many callers hold an ancestor. By identity: only the very same object takes no room a second time. */
    private final IdentityHashMap<Caller, Integer> holders = new IdentityHashMap<>();

    private long total;

    long total() {
        return total;
    }

    /** A caller takes another's place in the table; either may be null. */
    void replace(Caller before, Caller now) {
        if (now != null) {
            total += ownWeight(now);
            now.parents().forEach(this::hold);
        }
        if (before != null) {
            total -= ownWeight(before);
            before.parents().forEach(this::release);
        }
    }

    private void hold(Caller parent) {
        if (holders.merge(parent, 1, Integer::sum) == 1) {
            total += ownWeight(parent);
        }
    }

    private void release(Caller parent) {
        int left = holders.get(parent) - 1;
        if (left > 0) {
            holders.put(parent, left);
        } else {
            holders.remove(parent);
            total -= ownWeight(parent);
        }
    }

    /** How much text a caller holds, in characters; texts of ancestors are counted each time though they are shared. */
    static int weight(Caller caller) {
        if (caller == null) {
            return 0;
        }
        int sum = ownWeight(caller);
        for (Caller p : caller.parents()) {
            sum += ownWeight(p);
        }
        return sum;
    }

    /** The same, without its ancestors. */
    static int ownWeight(Caller caller) {
        int sum = 200; // the object itself
        if (caller.arguments() != null) {
            for (String a : caller.arguments()) {
                sum += a.length() + 40;
            }
        }
        return sum;
    }
}
