package io.imdsight.report.scan;

import io.imdsight.report.Client;
import io.imdsight.report.Ecosystem;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The table of clients, asked for packages at rest. */
public final class PackageTable {
    /** Names of packages have some dozen characters. */
    private static final int NAME_CHARACTERS_MAX = 256;

    private final List<Client> clients;

    /** The table in its order; the first section that matches wins. */
    public PackageTable(List<Client> clients) {
        this.clients = List.copyOf(clients);
    }

    /** The section that knows a package; null where none does. */
    public Client find(Ecosystem ecosystem, String name) {
        if (name == null || name.length() > NAME_CHARACTERS_MAX) {
            return null;
        }
        String canonical = ecosystem == Ecosystem.PYTHON ? python(name) : name;
        for (Client c : clients) {
            List<Pattern> patterns = ecosystem == Ecosystem.SYSTEM
                    ? c.signs().getOrDefault(Client.Sign.PACKAGE, List.of())
                    : c.atRest().getOrDefault(ecosystem, List.of());
            for (Pattern p : patterns) {
                if (p.matcher(canonical).find()) {
                    return c;
                }
            }
        }
        return null;
    }

    /** What a package is called among those at rest: known, and worth a look. */
    public boolean knows(Ecosystem ecosystem, String name) {
        return find(ecosystem, name) != null;
    }

    /** The section, and the version, that a jar's file name tells; null where none does. */
    Named byFileName(String jar) {
        String text = "/" + (jar.length() > NAME_CHARACTERS_MAX ? "" : jar);
        for (Client c : clients) {
            if (!c.atRest().containsKey(Ecosystem.MAVEN)) {
                continue;
            }
            for (Pattern p : c.signs().getOrDefault(Client.Sign.ARGUMENT, List.of())) {
                java.util.regex.Matcher m = p.matcher(text);
                if (m.find()) {
                    return new Named(c, m.groupCount() > 0 ? m.group(1) : null);
                }
            }
        }
        return null;
    }

    /** A section and a version. */
    record Named(Client client, String version) {}

    /** The one spelling of a name that stands for all (PEP 503). */
    private static String python(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }
}
