package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises callers by the table. What the kernel says of a process goes before what a request says of itself, and both before what merely lies on
 * the command line.
 */
final class Recogniser {
    /** What each step looks at, the surest first. */
    private static final List<Set<Client.Sign>> STEPS = List.of(
            Set.of(Client.Sign.EXECUTABLE, Client.Sign.SCRIPT),
            Set.of(Client.Sign.USER_AGENT),
            Set.of(Client.Sign.ARGUMENT, Client.Sign.PACKAGE),
            Set.of(Client.Sign.CALLS));

    /** Texts are cut for matching: the expressions look at names, and a hostile text is long. */
    private static final int CHARACTERS_MAX = 4096;

    private final List<Client> clients;

    Recogniser(List<Client> clients) {
        this.clients = clients;
    }

    /** What a caller is; null where nothing says so. */
    Recognition recognise(CallerKey key, CallerProfile profile, Found found) {
        Map<Client.Sign, List<String>> texts = texts(key, profile, found);
        for (boolean generic : new boolean[] {false, true}) {
            for (Set<Client.Sign> step : STEPS) {
                for (Client c : clients) {
                    Recognition r = c.generic() == generic ? match(c, step, texts) : null;
                    if (r != null) {
                        return versioned(r, texts, found);
                    }
                }
            }
        }
        return null;
    }

    /** With the version from another sign, or the package, where the one that matched has none. */
    private static Recognition versioned(Recognition r, Map<Client.Sign, List<String>> texts, Found found) {
        if (r.version() != null) {
            return r;
        }
        for (Client.Sign sign : Client.Sign.values()) {
            Recognition other = match(r.client(), Set.of(sign), texts);
            if (other != null && other.version() != null) {
                return new Recognition(r.client(), other.version(), r.sign());
            }
        }
        boolean owned = found.packageVersion() != null && !r.client().generic();
        return owned ? new Recognition(r.client(), Versions.upstream(found.packageVersion()), r.sign()) : r;
    }

    private static Recognition match(Client client, Set<Client.Sign> step, Map<Client.Sign, List<String>> texts) {
        for (Client.Sign sign : step) {
            for (Pattern p : client.signs().getOrDefault(sign, List.of())) {
                for (String text : texts.get(sign)) {
                    Matcher m = p.matcher(text);
                    if (m.find()) {
                        return new Recognition(client, m.groupCount() > 0 ? m.group(1) : null, sign);
                    }
                }
            }
        }
        return null;
    }

    private static Map<Client.Sign, List<String>> texts(CallerKey key, CallerProfile profile, Found found) {
        Caller example = profile == null ? null : profile.example();
        List<String> arguments = new ArrayList<>();
        if (example != null && example.arguments() != null) {
            example.arguments().stream().skip(1).map(Recogniser::cut).forEach(arguments::add);
        }
        return Map.of(
                Client.Sign.EXECUTABLE, known(key.executable()),
                Client.Sign.SCRIPT, known(script(key.title())),
                Client.Sign.USER_AGENT, known(key.userAgent()),
                Client.Sign.ARGUMENT, arguments,
                Client.Sign.PACKAGE, known(found.packageName()),
                Client.Sign.CALLS, profile == null ? List.of() : profile.paths());
    }

    /** {@code aws} of {@code python3 aws}, which is what a script is called; {@code aws} of {@code aws}. */
    static String script(String title) {
        return title == null ? null : title.substring(title.lastIndexOf(' ') + 1);
    }

    private static List<String> known(String text) {
        return text == null ? List.of() : List.of(cut(text));
    }

    private static String cut(String text) {
        return text.length() <= CHARACTERS_MAX ? text : text.substring(0, CHARACTERS_MAX);
    }
}
