package io.imdsight.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Reads the settings again, on SIGHUP, and says what changed. */
final class Reload {
    /** What a running agent can change; {@link AgentService#apply} does. */
    private static final Set<String> LIVE =
            Set.of("--log-every", "--rotate-size", "--rotate-age", "--rotate-files", "--listen");

    private final Console console;
    private final Supplier<AgentCommand> again;

    /**
     * @param again parses flags, environment and file as they are now; throws {@link Failure} or {@link ParameterException} where they are wrong
     */
    Reload(Console console, Supplier<AgentCommand> again) {
        this.console = console;
        this.again = again;
    }

    /**
     * Reads, compares, applies.
     *
     * @param current as it is in force
     * @return what is in force now: the new one, or where that is wrong the current one
     */
    AgentCommand read(AgentCommand current, AgentService service) {
        service.watch().reloading();
        try {
            AgentCommand changed = again.get();
            List<String> changes = changes(current.spec(), changed.spec());
            service.apply(changed.service);
            console.say(
                    changes.isEmpty()
                            ? "settings read again: nothing changed"
                            : "settings read again: " + String.join("; ", changes));
            return changed;
        } catch (Failure | ParameterException e) {
            console.say(Journal.ERROR, "settings not changed: " + e.getMessage());
            return current;
        } finally {
            service.watch().reloaded();
        }
    }

    private static List<String> changes(CommandSpec before, CommandSpec after) {
        List<String> out = new ArrayList<>();
        for (OptionSpec option : before.options()) {
            Object was = option.getValue();
            Object is = after.findOption(option.longestName()).getValue();
            if (!Objects.equals(was, is)) {
                String effect =
                        LIVE.contains(option.longestName()) ? "" : " (takes effect when the agent is started again)";
                out.add(option.longestName().substring(2) + " was " + text(was) + ", is " + text(is) + effect);
            }
        }
        return out;
    }

    private static String text(Object value) {
        String out = ShownSettings.value(value);
        return out == null ? "not set" : out;
    }
}
