package io.imdsight.demo;

import io.imdsight.model.IpAddress;
import java.util.Set;

/**
 * How the stand-in behaves.
 *
 * @param tokensRequired whether a request without a token is refused ({@code HttpTokens=required})
 * @param hopLimited originators whose token requests are never answered, as if the answer's hop limit were too low to reach them
 */
public record StandInOptions(boolean tokensRequired, Set<IpAddress> hopLimited) {
    /** Tokens are optional, every answer arrives. */
    public static final StandInOptions OPTIONAL = new StandInOptions(false, Set.of());

    /** Tokens are required, every answer arrives. */
    public static final StandInOptions REQUIRED = new StandInOptions(true, Set.of());

    /** Copies the set. */
    public StandInOptions {
        hopLimited = Set.copyOf(hopLimited);
    }
}
