package io.imdsight.model;

/**
 * How much of an interface's packets went to and came from the service.
 *
 * @param interfaceName its name, or {@code any} for all of them together
 * @param packets both ways, as far as they were read
 * @param peakPackets the most in one second of the clock
 * @param peakNanos the beginning of that second, nanoseconds since 1970-01-01T00:00:00Z; 0 where there was no packet
 */
public record LinkUse(String interfaceName, long packets, long peakPackets, long peakNanos) {}
