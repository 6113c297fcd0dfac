package io.imdsight.cli;

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

    /** The version that the build wrote into the jar. */
    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"imdsight " + version()};
        }

        static String version() {
            String version = Imdsight.class.getPackage().getImplementationVersion();
            return version == null ? "(built from source)" : version;
        }
    }
}
