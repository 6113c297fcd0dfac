package io.imdsight.demo;

import io.imdsight.model.IpAddress;
import io.imdsight.model.Version;

/**
 * One request as the service itself saw it: the truth to compare sightings with. Never a header's value.
 *
 * @param timestampNanos when its head was complete, nanoseconds since 1970-01-01T00:00:00Z
 * @param client the originator's address
 * @param clientPort the originator's port
 * @param service the address it came to
 * @param method as sent, escaped as in {@link io.imdsight.model.Escaped}
 * @param target as sent, escaped
 * @param version v2 where either of the two token headers is there, v1 otherwise
 * @param status what it answered; 0 where it never answered
 */
public record StandInRequest(
        long timestampNanos,
        IpAddress client,
        int clientPort,
        IpAddress service,
        String method,
        String target,
        Version version,
        int status) {}
