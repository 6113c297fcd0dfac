package io.imdsight.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The program without a command: help and version. */
@Command(
        name = "imdsight",
        description =
                "Names every process that still calls the EC2 instance metadata service without a session token (IMDSv1).",
        versionProvider = Imdsight.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "imdsight COMMAND --help shows a command's flags."})
final class Imdsight {
    @Option(names = "--help", usageHelp = true, description = "Show this text.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    /** The version that the build wrote into the jar, by packaging/version. */
    static final class BuildVersion implements IVersionProvider {
        private static final String UNKNOWN = "(built from source)";

        /** Far more than any version has. */
        private static final int CHARACTERS_MAX = 128;

        @Override
        public String[] getVersion() {
            return new String[] {"imdsight " + version()};
        }

        static String version() {
            try (InputStream in = Imdsight.class.getResourceAsStream("version")) {
                return in == null ? UNKNOWN : new String(in.readNBytes(CHARACTERS_MAX), StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                return UNKNOWN;
            }
        }
    }
}
