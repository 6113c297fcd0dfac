package io.imdsight.model;

import java.util.List;
import java.util.StringJoiner;

/**
 * Where the metadata service listens.
 *
 * @param addresses one to {@value #ADDRESSES_MAX} addresses
 * @param port its TCP port, 1..65535
 */
public record Endpoints(List<IpAddress> addresses, int port) {
    /** Enough for both families and a stand-in or two; keeps the kernel filter short. */
    public static final int ADDRESSES_MAX = 8;

    /** The EC2 service: 169.254.169.254 and fd00:ec2::254, port 80. */
    public static final Endpoints EC2 = new Endpoints(List.of(IpAddress.IMDS_V4, IpAddress.IMDS_V6), 80);

    /** Checks the limits. */
    public Endpoints {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty() || addresses.size() > ADDRESSES_MAX) {
            throw new IllegalArgumentException("needs 1 to " + ADDRESSES_MAX + " addresses, got " + addresses.size());
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port out of range: " + port);
        }
    }

    /** The addresses as text, each but the first behind a word of the caller's. Without streams, as all that an agent runs when it starts. */
    public String joined(String word) {
        StringJoiner out = new StringJoiner(word);
        for (IpAddress a : addresses) {
            out.add(a.toString());
        }
        return out.toString();
    }

    /** Whether an end of a segment is the service. */
    public boolean isService(long high, long low, int atPort) {
        if (atPort != port) {
            return false;
        }
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress a = addresses.get(i);
            if (a.low() == low && a.high() == high) {
                return true;
            }
        }
        return false;
    }
}
