package io.imdsight.cli;

import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags that every command takes. docs/commands.md describes them. */
final class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            converter = Converters.PathConverter.class,
            description = "Configuration file. Default: where there is one, /etc/imdsight/imdsight.conf.")
    Path config;

    @Option(
            names = "--interface",
            paramLabel = "auto|any|NAME",
            defaultValue = "auto",
            converter = Converters.InterfaceConverter.class,
            description = "Where to capture: auto (the interfaces that lead to the service), any, or one interface."
                    + " Default: ${DEFAULT-VALUE}.")
    String networkInterface;

    @Option(
            names = "--endpoint",
            paramLabel = "ADDR",
            split = ",",
            converter = Converters.AddressConverter.class,
            description = "Address of the metadata service; repeatable. Default: 169.254.169.254 and fd00:ec2::254.")
    List<IpAddress> endpoints = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "80",
            converter = Converters.PortConverter.class,
            description = "Its TCP port. Default: ${DEFAULT-VALUE}.")
    int port;

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            converter = Converters.FormatConverter.class,
            description = "Results for people, or one JSON object a line. Default: ${DEFAULT-VALUE}.")
    OutputFormat format;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            converter = Converters.PathConverter.class,
            defaultValue = "/var/lib/imdsight",
            description = "Where durable state is kept, by the commands that keep any. Default: ${DEFAULT-VALUE}.")
    Path stateDir;

    @Option(names = "--debug", description = "Show where in the program a failure happened.")
    boolean debug;

    @Option(names = "--help", usageHelp = true, description = "Show this text.")
    boolean help;

    /** The command that has these flags. */
    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Which service to watch. */
    Endpoints endpoints() {
        try {
            return new Endpoints(endpoints.isEmpty() ? Endpoints.EC2.addresses() : endpoints, port);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    Settings.wrongStatus(command, "--endpoint"), "bad value for --endpoint: " + e.getMessage(), e);
        }
    }
}
