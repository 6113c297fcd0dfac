package io.imdsight.report;

/**
 * What a caller was recognised as.
 *
 * @param client the table's section
 * @param version its version, as found; null where not known
 * @param sign by what
 */
record Recognition(Client client, String version, Client.Sign sign) {
    /** {@code AWS SDK for Java 1 1.11.600}. */
    String name() {
        return version == null ? client.name() : client.name() + " " + version;
    }

    /** Whether its version asks for a token by itself: true, false, or null where that is not known. */
    Boolean speaksV2() {
        return client.speaksV2(version);
    }
}
