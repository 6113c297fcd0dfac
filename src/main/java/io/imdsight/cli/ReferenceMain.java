package io.imdsight.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;

/**
 * Writes manual pages and completions from what the commands say about themselves, so that a new command or flag is in them by itself. Run by the
 * build: {@code ReferenceMain DIRECTORY DATE}.
 */
final class ReferenceMain {
    private ReferenceMain() {}

    /** Exit status: 0 done, 64 wrong usage; an exception where something cannot be written. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: ReferenceMain DIRECTORY DATE");
            System.exit(ExitStatus.USAGE);
        }
        Path directory = Path.of(args[0]);
        for (Map.Entry<String, String> file :
                files(commands(), LocalDate.parse(args[1])).entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    static CommandLine commands() {
        Console console = Console.ofProcess();
        return Main.commands(console, false, new AgentCommand(console, null));
    }

    /** Path below {@code share} to text, in order. */
    static Map<String, String> files(CommandLine root, LocalDate date) {
        Map<String, String> out = new TreeMap<>();
        ManualPages pages = new ManualPages(root, date);
        out.put("man/man1/imdsight.1", pages.overview());
        out.put("man/man5/imdsight.conf.5", pages.configurationFile());
        root.getSubcommands()
                .forEach((name, command) -> out.put("man/man1/imdsight-" + name + ".1", pages.command(command)));
        Completions completions = new Completions(root);
        out.put("bash-completion/completions/imdsight", AutoComplete.bash("imdsight", root));
        out.put("zsh/vendor-completions/_imdsight", completions.zsh());
        out.put("fish/vendor_completions.d/imdsight.fish", completions.fish());
        return out;
    }
}
