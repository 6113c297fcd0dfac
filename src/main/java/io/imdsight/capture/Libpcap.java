package io.imdsight.capture;

import org.pcap4j.core.Pcaps;

/** The library that captures. */
public final class Libpcap {
    private Libpcap() {}

    /**
     * What it says of itself, as {@code libpcap version 1.10.3}.
     *
     * @throws CaptureException where it cannot be loaded; the message says what to install
     */
    public static String version() throws CaptureException {
        try {
            return Pcaps.libVersion();
        } catch (LinkageError e) {
            throw CaptureFailures.opening("any interface", e);
        }
    }
}
