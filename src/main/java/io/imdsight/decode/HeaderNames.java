package io.imdsight.decode;

import io.imdsight.model.RequestHead;

/** The header names that matter, told apart by length first. */
final class HeaderNames {
    private HeaderNames() {}

    /**
     * The bit in {@link RequestHead#headers} of a name, 0 where it has none. A blank between name and colon makes another name: a server
     * must refuse it (RFC 9112 section 5.1), so it is no token.
     */
    static int bit(byte[] b, int offset, int nameLength) {
        return switch (nameLength) {
            case 24 -> match(b, offset, nameLength, "x-aws-ec2-metadata-token", RequestHead.TOKEN);
            case 36 -> match(b, offset, nameLength, "x-aws-ec2-metadata-token-ttl-seconds", RequestHead.TOKEN_TTL);
            case 15 ->
                match(b, offset, nameLength, "x-forwarded-for", RequestHead.FORWARDED_FOR)
                        | match(b, offset, nameLength, "metadata-flavor", RequestHead.GOOGLE);
            case 25 -> match(b, offset, nameLength, "x-google-metadata-request", RequestHead.GOOGLE);
            case 8 -> match(b, offset, nameLength, "metadata", RequestHead.AZURE);
            default -> 0;
        };
    }

    private static int match(byte[] b, int offset, int length, String name, int bit) {
        return Ascii.equalsIgnoreCase(b, offset, length, name) ? bit : 0;
    }
}
