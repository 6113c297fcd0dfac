package io.imdsight.demo;

import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The stand-in by itself, for scripts that lay out a network namespace of their own and start it inside: {@code java -cp … io.imdsight.demo.StandInMain
 * --mode optional|required [--port 80] [--token-hops 1] [--unanswered ADDRESS]…}. It refuses to start where a packet could leave; for that it
 * must know the machine's own namespace, which the script notes beforehand: {@code IMDSIGHT_DEMO_HOST_NAMESPACE=$(stat -Lc %i /proc/self/ns/net)}. Prints {@code ready} once it listens,
 * then each request that it is asked, one JSON object a line; it serves until it is killed.
 */
public final class StandInMain {
    /** The machine's own namespace for the guard, where /proc/1/ns/net may not be read. */
    static final String HOST_NAMESPACE_VARIABLE = "IMDSIGHT_DEMO_HOST_NAMESPACE";

    private StandInMain() {}

    /** Runs the service. Exit status: 0 done, 64 wrong usage, 69 cannot listen, 77 refused by the guard. */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.getenv(HOST_NAMESPACE_VARIABLE), System.out, System.err));
    }

    static int run(List<String> args, String hostNamespace, PrintStream out, PrintStream err) {
        boolean required = false;
        int port = 80;
        int tokenHops = 0;
        Set<IpAddress> unanswered = new HashSet<>();
        OptionalLong host;
        try {
            for (int i = 0; i < args.size(); i += 2) {
                String value = args.get(i + 1);
                switch (args.get(i)) {
                    case "--mode" -> required = required(value);
                    case "--port" -> port = Integer.parseInt(value);
                    case "--token-hops" -> tokenHops = Integer.parseInt(value);
                    case "--unanswered" -> unanswered.add(IpAddress.parse(value));
                    default -> throw new IllegalArgumentException(args.get(i));
                }
            }
            host = hostNamespace == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(hostNamespace));
        } catch (RuntimeException e) {
            err.println("usage: --mode optional|required [--port N] [--token-hops N] [--unanswered ADDRESS]… ("
                    + e.getMessage() + ")");
            return 64;
        }
        NamespaceGuard guard = NamespaceGuard.closed(host, NamespaceProbe.live());
        StandInOptions options = new StandInOptions(required, unanswered, 0, tokenHops);
        try (StandInService service = StandInService.start(guard, port, options, r -> print(out, r))) {
            out.println("ready");
            out.flush();
            service.awaitEnd();
            return 0;
        } catch (UnsafeNetworkException e) {
            err.println(e.getMessage());
            return 77;
        } catch (IOException e) {
            err.println("stand-in metadata service: " + e.getMessage());
            return 69;
        }
    }

    private static boolean required(String mode) {
        return switch (mode) {
            case "optional" -> false;
            case "required" -> true;
            default -> throw new IllegalArgumentException("mode " + mode);
        };
    }

    private static void print(PrintStream out, StandInRequest request) {
        out.println(json(request));
        out.flush();
    }

    private static String json(StandInRequest r) {
        return "{\"timestamp_nanos\":" + r.timestampNanos() + ",\"client\":\"" + r.client() + "\",\"client_port\":"
                + r.clientPort() + ",\"service\":\"" + r.service() + "\",\"method\":\"" + quoted(r.method())
                + "\",\"target\":\"" + quoted(r.target()) + "\",\"version\":\""
                + r.version().label()
                + "\",\"status\":" + r.status() + "}";
    }

    /** The text is escaped already, so it has no control characters. */
    private static String quoted(String escaped) {
        return escaped.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
