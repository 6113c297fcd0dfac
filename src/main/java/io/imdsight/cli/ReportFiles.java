package io.imdsight.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The outputs of a report: files that flags name, and standard output. All of them are tried before anything is begun, and one that fails at the end
 * keeps nothing from the others.
 */
final class ReportFiles {
    /** What stands for standard output. */
    private static final String STANDARD = "-";

    private final Console console;
    private final CommandSpec command;
    private final Map<String, Path> files = new LinkedHashMap<>();
    private String piped;
    private Failure failed;

    /**
     * None but standard output.
     *
     * @param command whose flags they are
     */
    ReportFiles(Console console, CommandSpec command) {
        this.console = console;
        this.command = command;
    }

    /**
     * Adds what a flag names.
     *
     * @param file a file, or {@code -}; null for none
     * @throws Failure where it cannot be written, or another flag names it as well
     */
    void add(String flag, String file) {
        if (STANDARD.equals(file)) {
            if (piped != null) {
                throw twice(piped, flag, "standard output; give one of them a file");
            }
            piped = flag;
        } else if (file != null) {
            Path path = possible(flag, file);
            files.forEach((earlier, its) -> {
                if (isSame(path, its)) {
                    throw twice(earlier, flag, file + "; give them files of their own");
                }
            });
            files.put(flag, path);
        }
    }

    private Failure twice(String earlier, String flag, String what) {
        return new Failure(
                Settings.wrongStatus(command, earlier, flag), earlier + " and " + flag + " both want " + what);
    }

    /** Refuses a file that is read as well: writing it would be the end of it. */
    void keepsAway(Path input) {
        files.forEach((flag, file) -> {
            if (isSame(file, input)) {
                throw new Failure(
                        Settings.wrongStatus(command, flag),
                        flag + " would write over " + input + ", which is read; give it another file");
            }
        });
    }

    /** Whether standard output belongs to a flag. */
    boolean isPiped(String flag) {
        return flag.equals(piped);
    }

    /** Whether a flag names a file. */
    boolean has(String flag) {
        return files.containsKey(flag);
    }

    /** Whether two names are of one file, through links as well, and also where it is not there yet. */
    static boolean isSame(Path a, Path b) {
        try {
            if (Files.exists(a) || Files.exists(b)) {
                return Files.exists(a) && Files.exists(b) && Files.isRegularFile(a) && Files.isSameFile(a, b);
            }
            Path x = a.toAbsolutePath().normalize();
            Path y = b.toAbsolutePath().normalize();
            return x.getFileName().equals(y.getFileName()) && Files.isSameFile(x.getParent(), y.getParent());
        } catch (IOException e) {
            return false;
        }
    }

    /** A watch of a day is not to end with a file that could never have been written. */
    private Path possible(String flag, String file) {
        Path path = Path.of(file).toAbsolutePath(); // a name that can be: Converters.FileConverter saw it
        Path parent = path.getParent();
        boolean possible = Files.exists(path)
                ? !Files.isDirectory(path) && Files.isWritable(path)
                : parent != null && Files.isDirectory(parent) && Files.isWritable(parent);
        if (possible) {
            return path;
        }
        throw cannotWrite(
                flag,
                file,
                Files.isDirectory(path) ? "it is a directory" : "there is no such directory, or it may not be written",
                null);
    }

    private static Failure cannotWrite(String flag, String file, String why, Throwable cause) {
        return new Failure(
                ExitStatus.OUTPUT,
                "cannot write " + file + ": " + why + "; give " + flag + " a file in a directory that may be written",
                cause);
    }

    /** Writes a flag's file, where it names one. */
    void write(String flag, String text) {
        Path file = files.get(flag);
        try {
            if (file != null) {
                Files.writeString(file, text);
            }
        } catch (IOException e) {
            note(cannotWrite(flag, file.toString(), Failures.reason(e), e));
        }
    }

    /** Something that gives its lines one after the other. */
    interface Lines {
        void to(Consumer<String> line);
    }

    /**
     * Writes standard output, after the files, for it may be a pipe that nobody reads; then says what could not be written.
     *
     * @return whether somebody read all of it
     */
    boolean writeLast(Lines lines) {
        boolean read = true;
        try {
            OutputStream out = new BufferedOutputStream(console.out());
            lines.to(line -> line(out, line));
            out.flush();
        } catch (IOException | UncheckedIOException e) {
            IOException cause = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
            Failure why = SightingPrinter.failure(cause);
            if (why.status() == ExitStatus.DONE) {
                read = false;
            } else {
                note(why);
            }
        }
        if (failed != null) {
            throw failed;
        }
        return read;
    }

    /** The first decides; each is said. */
    private void note(Failure failure) {
        if (failed == null) {
            failed = failure;
        } else {
            console.say(Journal.ERROR, failure.getMessage());
        }
    }

    private static void line(OutputStream out, String line) {
        try {
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
