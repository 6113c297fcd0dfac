package io.imdsight.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program {@code rpm}, where a system has it, asked without a shell and without our environment. */
final class Rpm {
    /** Name and version, a line a package. */
    private static final String FORMAT = "%{NAME} %{VERSION}-%{RELEASE}\\n";

    private Rpm() {}

    /** The program; null where there is none. */
    static Path of(Path root) {
        Path rpm = root.resolve("usr/bin/rpm");
        return Files.isExecutable(rpm) ? rpm : null;
    }

    /**
     * Starts a query, whose answer has {@link #nameAndVersion} in each line.
     *
     * @param mode {@code -qa}, {@code -qf}
     * @param arguments what it is about; none may begin with a hyphen
     */
    static Process query(Path rpm, String mode, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(rpm.toString(), mode, "--qf", FORMAT));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", "/usr/bin:/bin");
        return builder.start();
    }

    /** The two words of a line of the answer; null where it is none. */
    static String[] nameAndVersion(String line) {
        String[] words = line.split(" ", -1);
        return words.length == 2 && !words[0].isEmpty() ? words : null;
    }
}
