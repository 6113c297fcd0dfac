package io.imdsight.publish.identity;

import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out which machine this is. Each call of {@link #tryOnce} is bounded in time, some seconds an address at the worst. */
public final class IdentitySource {
    /** On a machine that is not of EC2 nobody will answer; on one of EC2 the service may be late while it boots. */
    private static final int TRIES_OFF_EC2 = 3;

    /** A value goes into a URL, a dimension, or a line: no more than this, and only printable. */
    private static final int VALUE_CHARS_MAX = 255;

    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");

    private final Endpoints endpoints;
    private final Path dmi;
    private final String hostName;
    private final List<String> tags;
    private int tries;
    private volatile MachineIdentity found;
    private String problem;

    /**
     * Asks nobody yet.
     *
     * @param dmi the directory with what the firmware says of the machine: /sys/class/dmi/id
     * @param tags names of instance tags that are wanted, as they stand in a URL
     */
    public IdentitySource(Endpoints endpoints, Path dmi, String hostName, List<String> tags) {
        this.endpoints = endpoints;
        this.dmi = dmi;
        this.hostName = hostName;
        this.tags = List.copyOf(tags);
    }

    /** The identity; null where it is not known yet and should be asked for again, a minute later. */
    public synchronized MachineIdentity tryOnce() {
        if (found != null) {
            return found;
        }
        tries++;
        for (IpAddress address : endpoints.addresses()) {
            try {
                found = ask(MetadataSession.open(address, endpoints.port()));
                return found;
            } catch (IOException e) {
                problem = e.getMessage();
            }
        }
        if (tries >= TRIES_OFF_EC2 && !isEc2()) {
            found = MachineIdentity.ofHost(hostName);
        }
        return found;
    }

    /** What was found; null where nothing was yet. Does not wait for whoever asks. */
    public MachineIdentity known() {
        return found;
    }

    /** Why nothing is known yet; null where nothing was tried. */
    public synchronized String problem() {
        return problem;
    }

    private MachineIdentity ask(MetadataSession session) throws IOException {
        String document = session.get("dynamic/instance-identity/document");
        if (document == null) {
            throw new IOException("there is no instance identity document");
        }
        Map<String, String> values = new TreeMap<>();
        for (String tag : tags) {
            String value = printable(session.get("meta-data/tags/instance/" + tag));
            if (value != null) {
                values.put(tag, value);
            }
        }
        String region = member("region", document);
        return new MachineIdentity(
                member("instanceId", document),
                region != null && REGION.matcher(region).matches() ? region : null,
                member("accountId", document),
                member("imageId", document),
                values,
                hostName);
    }

    /** The document is one flat object whose values hold no escapes. */
    private static String member(String name, String document) {
        Matcher m = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"\\\\]*)\"").matcher(document);
        return m.find() ? printable(m.group(1)) : null;
    }

    private static String printable(String text) {
        boolean good = text != null
                && !text.isBlank()
                && text.length() <= VALUE_CHARS_MAX
                && text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        return good ? text : null;
    }

    /** What the firmware says: "Amazon EC2" on Nitro, a version that ends in ".amazon" on the older Xen instances. */
    private boolean isEc2() {
        return firmware("sys_vendor").contains("amazon")
                || firmware("bios_version").contains("amazon");
    }

    private String firmware(String name) {
        try {
            return Files.readString(dmi.resolve(name), StandardCharsets.ISO_8859_1)
                    .toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            return "";
        }
    }
}
