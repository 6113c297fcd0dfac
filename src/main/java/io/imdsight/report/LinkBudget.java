package io.imdsight.report;

import io.imdsight.model.LinkUse;

/**
 * An interface's use of what it may send to link-local services.
 *
 * @param use packets to and from the service
 * @param exceeded how many packets the network card dropped in this window because that allowance was used up, by
 *     {@code linklocal_allowance_exceeded} of its driver; null where the driver does not count that
 * @param exceededBefore the same from the driver's start to the window's; null where {@code exceeded} is
 */
public record LinkBudget(LinkUse use, Long exceeded, Long exceededBefore) {
    /** Packets a second that a network interface passes to and from link-local services: EC2 user guide, DNS, IMDS and NTP together. */
    static final int PACKETS_PER_SECOND = 1024;

    /** The share of its busiest second, in percent. */
    double peakPercent() {
        return 100.0 * use.peakPackets() / PACKETS_PER_SECOND;
    }
}
