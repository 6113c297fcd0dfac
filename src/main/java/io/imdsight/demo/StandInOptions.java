package io.imdsight.demo;

import io.imdsight.model.IpAddress;
import java.util.Set;

/**
 * How the stand-in behaves.
 *
 * @param tokensRequired whether a request without a token is refused ({@code HttpTokens=required})
 * @param hopLimited originators whose token requests are never answered, as if the answer's hop limit were too low to reach them
 * @param serviceMillis how long an answer takes; 0 for the fastest that it can do, which no real service is
 * @param tokenHops the IP TTL of answers to token requests ({@code HttpPutResponseHopLimit}); 0 for the system's usual one
 */
public record StandInOptions(boolean tokensRequired, Set<IpAddress> hopLimited, int serviceMillis, int tokenHops) {
    /** Tokens are optional, every answer arrives. */
    public static final StandInOptions OPTIONAL = new StandInOptions(false, Set.of(), 0);

    /** Tokens are required, every answer arrives. */
    public static final StandInOptions REQUIRED = new StandInOptions(true, Set.of(), 0);

    /** Copies the set. */
    public StandInOptions {
        hopLimited = Set.copyOf(hopLimited);
    }

    /** Answers to token requests go as far as any. */
    public StandInOptions(boolean tokensRequired, Set<IpAddress> hopLimited, int serviceMillis) {
        this(tokensRequired, hopLimited, serviceMillis, 0);
    }
}
