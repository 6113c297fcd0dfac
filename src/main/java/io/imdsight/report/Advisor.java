package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.RequestHead;
import io.imdsight.record.CallerProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Says what to do about a caller. The cause decides; what the caller is only fills in the details. */
final class Advisor {
    private static final String SERVICE = "http://169.254.169.254";
    private static final String TOKEN_HEADER = "x-aws-ec2-metadata-token:";

    /** Where a line of a script says what it asks for, and whether a variable says the rest. */
    private static final Pattern PATH_IN_LINE = Pattern.compile("169\\.254\\.169\\.254(/[^\\s\"'$]+)(\\$?)");

    private static final String TOKEN_PATH = "/api/token";

    /** A path that may stand in a command that somebody will paste into a shell. */
    private static final Pattern HARMLESS_PATH = Pattern.compile("/[A-Za-z0-9/._-]{1,200}");

    private final String instanceId;

    /**
     * Advice for one machine.
     *
     * @param instanceId its id; null where not known
     */
    Advisor(String instanceId) {
        this.instanceId = instanceId;
    }

    /** For each cause, the most frequent first. */
    List<Advice> advise(CallerFinding f, Recognition client, Found found) {
        return f.causes().entrySet().stream()
                .sorted(Map.Entry.<Cause, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(e -> advise(e.getKey(), f, client, found))
                .toList();
    }

    private Advice advise(Cause cause, CallerFinding f, Recognition client, Found found) {
        return switch (cause) {
            case TOKEN_UNANSWERED -> unanswered(f, client);
            case TOKEN_REFUSED -> refused(f, client);
            case TOKEN_UNUSED -> unused(f, client);
            case NEVER_TRIED -> neverTried(f, client, found);
            case UNKNOWN -> unknown(f, client, found);
        };
    }

    private Advice unanswered(CallerFinding f, Recognition client) {
        List<String> steps = new ArrayList<>();
        steps.add("raise the hop limit, so that the answer to its token request reaches it:");
        steps.add(Advice.CODE + Commands.hopLimit(instanceId));
        boolean contained = f.key().containerId() != null || f.key().podUid() != null;
        steps.add(
                contained
                        ? "or have the container not need the service: the host's network (docker run --network host, hostNetwork: true),"
                                + " or credentials of its own (ECS task role, EKS Pod Identity, IAM roles for service accounts)"
                        : "it is in no container that imdsight knows of: if a hop limit of 2 changes nothing, look for a network namespace, a virtual"
                                + " machine or a packet filter between it and the service");
        if (client != null && client.client().off() != null) {
            steps.add("to see it fail rather than fall back: " + client.client().off());
        }
        steps.add("an upgrade changes nothing: it does ask for a token");
        return new Advice(
                Cause.TOKEN_UNANSWERED,
                "asks for a token, but the answer never reaches it, as behind a hop limit of 1, and so it goes on without",
                steps,
                "EC2 user guide: HttpPutResponseHopLimit is the IP TTL of the answer to the token request");
    }

    private static Advice refused(CallerFinding f, Recognition client) {
        if (isForwarded(f)) {
            return new Advice(
                    Cause.TOKEN_REFUSED,
                    "a proxy adds X-Forwarded-For, and the service refuses token requests that carry it (403)",
                    forwardedSteps(client),
                    "EC2 user guide: a PUT with X-Forwarded-For is refused");
        }
        return new Advice(
                Cause.TOKEN_REFUSED,
                "asks for a token and is refused (403, 404, 405 or 5xx), and so it goes on without",
                List.of(
                        "see what answers its PUT: a proxy, a firewall, or a stand-in for the service (kube2iam, LocalStack) between them",
                        Advice.CODE + "curl -si -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' " + SERVICE
                                + "/latest/api/token | head -1"),
                null);
    }

    private static List<String> forwardedSteps(Recognition client) {
        List<String> steps = new ArrayList<>();
        if (client != null && client.client().kind() == Client.Kind.PROXY) {
            steps.add(client.client().change());
        } else {
            steps.add("let calls to the service bypass the proxy: NO_PROXY=169.254.169.254,[fd00:ec2::254]");
        }
        steps.add("an upgrade of the caller changes nothing as long as the header is added");
        return steps;
    }

    private static Advice unused(CallerFinding f, Recognition client) {
        List<String> steps = new ArrayList<>();
        steps.add("send the token with every request, as X-aws-ec2-metadata-token");
        addChange(steps, client);
        if (isEmptyToken(f)) {
            steps.addFirst(
                    "an empty variable is sent as the token here, and curl leaves the header out: quote and check it");
        }
        return new Advice(Cause.TOKEN_UNUSED, "gets a token and calls without it", steps, source(client));
    }

    private static Advice neverTried(CallerFinding f, Recognition client, Found found) {
        if (isEmptyToken(f)) {
            return emptyToken(found);
        }
        List<String> steps = new ArrayList<>();
        if (isForwarded(f)) {
            steps.add("the call came through a proxy that adds X-Forwarded-For; token requests through it are refused");
            steps.addAll(forwardedSteps(client));
        }
        if (client == null) {
            steps.addAll(whoKnows());
            return new Advice(Cause.NEVER_TRIED, "has never asked for a token", steps, null);
        }
        Boolean speaks = client.speaksV2();
        if (Boolean.TRUE.equals(speaks)) {
            steps.add(
                    client.name() + " asks for a token by itself"
                            + (client.client().hasFirstVersion()
                                    ? " (since " + client.client().since() + ")"
                                    : "")
                            + ": look for other code in the same program that calls the address, or for a setting that switches it off");
        } else if (client.client().hasFirstVersion()) {
            steps.add("update to " + client.client().since() + " or newer"
                    + (client.version() == null ? " (which version it is could not be told)" : ""));
            addChange(steps, client);
        } else if (isShell(client)) {
            steps.addAll(twoLines(f, found));
        } else {
            addChange(steps, client);
        }
        return new Advice(Cause.NEVER_TRIED, "has never asked for a token", steps, source(client));
    }

    private static Advice emptyToken(Found found) {
        List<String> steps = new ArrayList<>();
        steps.add(
                "it means to send a token, but its variable is empty: the token request before it failed, or never came."
                        + " curl leaves out a header without a value");
        addLines(steps, found);
        steps.add("have the script stop where it gets no token:");
        steps.add(Advice.CODE + tokenLine() + " || exit 1");
        return new Advice(
                Cause.NEVER_TRIED,
                "sends the token header with an empty value, which is no header at all",
                steps,
                null);
    }

    private static Advice unknown(CallerFinding f, Recognition client, Found found) {
        boolean named = f.key().executable() != null || f.key().title() != null;
        List<String> steps = new ArrayList<>();
        if (named) {
            steps.add(
                    "it was running before imdsight watched: restart it while imdsight watches, and the cause will be known");
            addChange(steps, client);
            addLines(steps, found);
        } else {
            steps.add(
                    "run imdsight as root with its connect probe (imdsight says at its start what is missing): it names every process");
            steps.add("if the address is a container's or another machine's, watch there");
        }
        return new Advice(
                Cause.UNKNOWN,
                named ? "not known: it was there before imdsight" : "not known: the process could not be named",
                steps,
                source(client));
    }

    private static List<String> whoKnows() {
        return List.of(
                "imdsight does not know this program: ask whoever runs it whether a newer version speaks IMDSv2",
                "to find the code that calls: search the program's files for 169.254.169.254, or stop it at the call"
                        + " (strace -f -e connect -k, where strace can unwind)",
                "whatever it is: PUT /latest/api/token with X-aws-ec2-metadata-token-ttl-seconds first, then send the answer as"
                        + " X-aws-ec2-metadata-token");
    }

    private static List<String> twoLines(CallerFinding f, Found found) {
        List<String> steps = new ArrayList<>();
        addLines(steps, found);
        steps.add("two lines in place of the one:");
        steps.add(Advice.CODE + tokenLine());
        steps.add(
                Advice.CODE + "curl -sf -H \"X-aws-ec2-metadata-token: $TOKEN\" " + SERVICE + path(f.profile(), found));
        return steps;
    }

    private static String tokenLine() {
        return "TOKEN=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' " + SERVICE
                + "/latest/api/token)";
    }

    /**
     * What the new line asks for: as the line that was found, with what the caller was seen to ask for in a variable's place, or that alone; never the
     * token.
     */
    private static String path(CallerProfile profile, Found found) {
        List<String> seen = profile == null ? List.of() : profile.paths();
        Stream<String> ofLines = found.lines().stream()
                .map(line -> PATH_IN_LINE.matcher(line.text()))
                .filter(Matcher::find)
                .flatMap(m -> ofLine(m, seen));
        return Stream.concat(ofLines, seen.stream())
                .filter(p -> HARMLESS_PATH.matcher(p).matches() && !p.endsWith(TOKEN_PATH))
                .findFirst()
                .orElse("/latest/meta-data/…");
    }

    private static Stream<String> ofLine(Matcher line, List<String> seen) {
        Stream<String> written = Stream.of(line.group(1));
        boolean isWhole = line.group(2).isEmpty();
        return isWhole
                ? written
                : Stream.concat(
                        seen.stream()
                                .filter(p -> p.startsWith(line.group(1))
                                        && p.length() > line.group(1).length()),
                        written);
    }

    private static void addLines(List<String> steps, Found found) {
        for (Found.ScriptLine line : found.lines()) {
            steps.add("the call stands in " + line.file() + ", line " + line.number() + ":");
            steps.add(Advice.CODE + line.text());
        }
    }

    private static void addChange(List<String> steps, Recognition client) {
        if (client != null) {
            steps.add(client.client().change());
        }
    }

    private static String source(Recognition client) {
        return client == null || "–".equals(client.client().source())
                ? null
                : client.client().source();
    }

    private static boolean isShell(Recognition client) {
        return "curl".equals(client.client().id())
                || "shell".equals(client.client().id());
    }

    private static boolean isForwarded(CallerFinding f) {
        return f.profile() != null && (f.profile().headers() & RequestHead.FORWARDED_FOR) != 0;
    }

    /** {@code curl -H "X-aws-ec2-metadata-token: $UNSET"}: the argument is there, its value is not. */
    private static boolean isEmptyToken(CallerFinding f) {
        Caller example = f.profile() == null ? null : f.profile().example();
        return example != null
                && example.arguments() != null
                && example.arguments().stream().anyMatch(Advisor::isEmptyTokenHeader);
    }

    private static boolean isEmptyTokenHeader(String argument) {
        String text = argument.strip().toLowerCase(Locale.ROOT);
        return text.endsWith(TOKEN_HEADER)
                && List.of("", "-h", "--header=", "--header ")
                        .contains(text.substring(0, text.length() - TOKEN_HEADER.length()));
    }
}
