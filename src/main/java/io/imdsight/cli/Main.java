package io.imdsight.cli;

import io.imdsight.linux.LibraryPath;
import io.imdsight.record.LedgerDamagedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Entry point. */
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] args) {
        Console console = Console.ofProcess();
        console.ending().exit(run(args, console, Settings.DEFAULT_FILE));
    }

    /**
     * Runs a command.
     *
     * @param defaultFile the configuration file, unless flag or environment names one
     * @return the exit status
     */
    static int run(String[] args, Console console, Path defaultFile) {
        boolean debug =
                List.of(args).contains("--debug") || isOn(console.environment().get("IMDSIGHT_DEBUG"));
        try {
            AgentCommand plain =
                    PlainSettings.agent(args, console, defaultFile, () -> agentAgain(args, console, defaultFile));
            if (plain != null) {
                LibraryPath.tell();
                return plain.call();
            }
            CommandLine root =
                    commands(console, debug, new AgentCommand(console, () -> agentAgain(args, console, defaultFile)));
            if (needsSettings(root, List.of(args))) {
                Settings.unknownVariables(root, console.environment())
                        .forEach(name -> console.say("environment variable " + name
                                + " is none that imdsight knows, and has no effect; check its spelling"));
                root.setDefaultValueProvider(
                        Settings.load(root, Settings.flag("--config", args), console.environment(), defaultFile));
            }
            int status = root.execute(args);
            IOException lost = status == ExitStatus.DONE && root.getOut().checkError() ? helpLost(console) : null;
            return lost == null ? status : explain(SightingPrinter.failure(lost), console, debug);
        } catch (Throwable t) {
            return explain(t, console, debug);
        }
    }

    /** Help and version go through a writer that swallows its failures: whether the last character can be written says it again. */
    private static IOException helpLost(Console console) {
        try {
            console.out().write('\n');
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /** Help is for those whose settings are broken; the demo's inner half has been told all it needs. */
    private static boolean needsSettings(CommandLine root, List<String> args) {
        return !args.isEmpty()
                && root.getSubcommands().containsKey(args.getFirst())
                && !args.contains("--help")
                && !args.contains(DemoCommand.INSIDE);
    }

    /** The agent's settings as they are now. */
    private static AgentCommand agentAgain(String[] args, Console console, Path defaultFile) {
        AgentCommand out = new AgentCommand(console, null);
        CommandLine root = commands(console, false, out);
        root.setDefaultValueProvider(
                Settings.load(root, Settings.flag("--config", args), console.environment(), defaultFile));
        root.parseArgs(args);
        return out;
    }

    /** All commands, not parsed yet. */
    static CommandLine commands(Console console, boolean debug, AgentCommand agent) {
        CommandLine root = new CommandLine(new Imdsight())
                .addSubcommand(agent)
                .addSubcommand(new AuditCommand(console))
                .addSubcommand(new ReplayCommand(console))
                .addSubcommand(new ReportCommand(console, Clock.systemUTC()))
                .addSubcommand(new ReconcileCommand(console))
                .addSubcommand(new DoctorCommand(console))
                .addSubcommand(new DemoCommand(console));
        // a file named @… is a file, and nobody's to open before the arguments are understood
        return root.setExpandAtFiles(false)
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, args) -> explainUsage(e, console))
                .setExecutionExceptionHandler((e, command, parsed) -> explain(e, console, debug));
    }

    private static int explainUsage(ParameterException e, Console console) {
        CommandLine command = e.getCommandLine();
        console.say(UsageWords.of(e));
        console.say("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitStatus.USAGE;
    }

    private static int explain(Throwable t, Console console, boolean debug) {
        int status = ExitStatus.INTERNAL;
        if (t instanceof Failure failure) {
            status = failure.status();
            if (failure.getMessage() != null) {
                console.say(Journal.ERROR, failure.getMessage());
            }
        } else if (t instanceof LedgerDamagedException damaged) {
            status = ExitStatus.DATA;
            console.say(Journal.ERROR, damaged.getMessage());
        } else {
            console.say(Journal.ERROR, Failures.internal(t));
        }
        if (debug && status != ExitStatus.DONE) {
            t.printStackTrace(console.err());
        }
        return status;
    }

    private static boolean isOn(String value) {
        return value != null
                && List.of("1", "true", "yes", "on").contains(value.strip().toLowerCase(Locale.ROOT));
    }
}
