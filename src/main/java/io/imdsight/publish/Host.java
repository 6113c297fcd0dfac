package io.imdsight.publish;

/**
 * The machine that the agent runs on. Null where not known.
 *
 * @param id instance id, {@code i-…}
 * @param name host name
 * @param provider {@code aws}; null elsewhere
 * @param region as {@code eu-central-1}
 * @param accountId twelve digits
 */
public record Host(String id, String name, String provider, String region, String accountId) {
    void append(JsonLine out) {
        if (provider != null || region != null || accountId != null) {
            out.open("cloud").text("provider", provider).text("region", region);
            out.within("account", "id", accountId).close();
        }
        out.open("host").text("id", id).text("name", name).close();
    }
}
