package io.imdsight.decode;

import io.imdsight.model.RequestHead;

/** The header names that matter, told apart by length first. */
final class HeaderNames {
    private HeaderNames() {}

    /** The bit in {@link RequestHead#headers} of a name, 0 where it has none. */
    static int bit(byte[] b, int offset, int nameLength) {
        int length = nameLength;
        while (length > 0 && Ascii.isBlank(b[offset + length - 1])) {
            length--;
        }
        return switch (length) {
            case 24 -> match(b, offset, length, "x-aws-ec2-metadata-token", RequestHead.TOKEN);
            case 36 -> match(b, offset, length, "x-aws-ec2-metadata-token-ttl-seconds", RequestHead.TOKEN_TTL);
            case 15 ->
                match(b, offset, length, "x-forwarded-for", RequestHead.FORWARDED_FOR)
                        | match(b, offset, length, "metadata-flavor", RequestHead.GOOGLE);
            case 25 -> match(b, offset, length, "x-google-metadata-request", RequestHead.GOOGLE);
            case 8 -> match(b, offset, length, "metadata", RequestHead.AZURE);
            default -> 0;
        };
    }

    private static int match(byte[] b, int offset, int length, String name, int bit) {
        return Ascii.equalsIgnoreCase(b, offset, length, name) ? bit : 0;
    }
}
