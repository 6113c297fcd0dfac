package io.imdsight.cli;

import io.imdsight.model.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import picocli.CommandLine.TypeConversionException;

/**
 * Where the scrape endpoint listens.
 *
 * @param host an address, not a name; null where there is no endpoint
 * @param port TCP port; 0 lets the kernel choose one
 */
record Listen(IpAddress host, int port) {
    static final String NONE = "none";

    /** {@code 127.0.0.1:16925}, {@code [::1]:16925}, {@code 16925} for loopback, or {@code none}. */
    static Listen of(String text) {
        if (text.equals(NONE)) {
            return new Listen(null, 0);
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String port = text.substring(colon + 1);
        try {
            if (host.contains(":") != bracketed) {
                throw new IllegalArgumentException("brackets belong round an IPv6 address and round no other");
            }
            IpAddress address = IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
            return new Listen(address, port.equals("0") ? 0 : Values.port(port));
        } catch (IllegalArgumentException | TypeConversionException e) {
            throw new TypeConversionException(
                    "'" + text
                            + "' is nowhere to listen: give an address and a port, as in 127.0.0.1:16925 or [::1]:16925, or none");
        }
    }

    /** Written out, as {@link #hashCode}: see {@link io.imdsight.model.Caller#equals}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Listen l && port == l.port && Objects.equals(host, l.host);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hashCode(host) + port;
    }

    InetSocketAddress socketAddress() {
        try {
            return new InetSocketAddress(InetAddress.getByName(host.toString()), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address: " + host, e);
        }
    }

    @Override
    public String toString() {
        return host == null ? NONE : (host.isV4() ? host.toString() : "[" + host + "]") + ":" + port;
    }
}
