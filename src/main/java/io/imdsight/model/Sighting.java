package io.imdsight.model;

/**
 * A classified and attributed exchange.
 *
 * @param exchange the exchange; never null
 * @param classification what it means; never null
 * @param cause why version 1 was used; null unless the version is v1
 * @param caller the process; null where the evidence is {@code none}
 * @param evidence how the caller is known; never null
 */
public record Sighting(
        Exchange exchange, Classification classification, Cause cause, Caller caller, Evidence evidence) {}
