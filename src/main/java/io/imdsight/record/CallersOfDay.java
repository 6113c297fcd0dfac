package io.imdsight.record;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who was counted on a day, and who may still be: one that invents names shall not use up the places of others. What goes beyond is counted under the
 * program, with {@value #VARIOUS} in the place of the name.
 */
final class CallersOfDay {
    /** How many User-Agents of one and the same caller are told apart: an SDK has one or two. */
    static final int AGENTS_MAX = 16;

    /** How many scripts that run one and the same program are told apart. A machine's own are some dozens; those of builds are made up at each run. */
    static final int SCRIPTS_MAX = 100;

    static final String VARIOUS = "(various)";

    private final Set<Integer> callers = new HashSet<>();

    /** How many User-Agents each has; the key is without one. */
    private final Map<CallerKey, Integer> agents = new HashMap<>();

    /** How many scripts each program works for; the key is without both. */
    private final Map<CallerKey, Integer> scripts = new HashMap<>();

    boolean has(int id) {
        return callers.contains(id);
    }

    int size() {
        return callers.size();
    }

    /** What a caller that is new on this day is to be counted under: itself, while there is room for its names. */
    CallerKey bounded(CallerKey caller) {
        CallerKey anyAgent = caller.withUserAgent(null);
        boolean newScript = isTold(caller.script()) && !agents.containsKey(anyAgent);
        if (newScript && scripts.getOrDefault(anyAgent.withScript(null), 0) >= SCRIPTS_MAX) {
            return caller.withScript(VARIOUS);
        }
        boolean newAgent = !VARIOUS.equals(caller.userAgent());
        return newAgent && agents.getOrDefault(anyAgent, 0) >= AGENTS_MAX ? caller.withUserAgent(VARIOUS) : caller;
    }

    void add(CallerKey caller, int id) {
        callers.add(id);
        CallerKey anyAgent = caller.withUserAgent(null);
        if (agents.merge(anyAgent, 1, Integer::sum) == 1 && isTold(caller.script())) {
            scripts.merge(anyAgent.withScript(null), 1, Integer::sum);
        }
    }

    private static boolean isTold(String script) {
        return script != null && !VARIOUS.equals(script);
    }
}
