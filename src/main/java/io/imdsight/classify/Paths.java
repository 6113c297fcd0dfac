package io.imdsight.classify;

import io.imdsight.model.PathClass;

/** What part of the metadata tree a path names. */
final class Paths {
    private static final String[] FOREIGN = {
        "computeMetadata", // Google Compute Engine
        "metadata", // Azure: instance, identity, attested, scheduledevents, loadbalancer
        "opc", // Oracle Cloud Infrastructure: v1, v2
        "openstack" // OpenStack's own tree, beside its copy of EC2's
    };

    private Paths() {}

    /**
     * A target without its query, with percent-encoding of letters, digits and {@code -._~/} undone (RFC 3986 section 6.2.2.2, and the slash,
     * which the service takes for one) and repeated slashes folded; null for null.
     */
    static String normalised(String target) {
        if (target == null) {
            return null;
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (path.indexOf('%') < 0 && path.indexOf("//") < 0) {
            return path;
        }
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' && i + 2 < path.length()) {
                int hex = Character.digit(path.charAt(i + 1), 16) << 4 | Character.digit(path.charAt(i + 2), 16);
                if (hex > 0 && isUnreservedOrSlash((char) hex)) {
                    c = (char) hex;
                    i += 2;
                }
            }
            if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isUnreservedOrSlash(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._~/".indexOf(c) >= 0;
    }

    /** Whether a path is the token's, whatever the version in front. */
    static boolean isTokenPath(String path) {
        return pathClass(path) == PathClass.TOKEN;
    }

    /** Whether a path belongs to another cloud's service. */
    static boolean isForeign(String path) {
        for (String first : FOREIGN) {
            if (isOrBelow(path, 1, first)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a path names a part of the EC2 tree. */
    static boolean isEc2(String path) {
        return switch (pathClass(path)) {
            case CREDENTIALS, IDENTITY, USER_DATA, META_DATA, DYNAMIC, TOKEN -> true;
            case LISTING, FOREIGN, OTHER -> false;
        };
    }

    /** The class of a normalised path; another cloud's is OTHER here. */
    static PathClass pathClass(String path) {
        if (path == null || !path.startsWith("/")) {
            return PathClass.OTHER;
        }
        int rest = afterVersion(path);
        if (rest < 0) {
            return path.equals("/") ? PathClass.LISTING : PathClass.OTHER;
        }
        if (rest >= path.length()) {
            return PathClass.LISTING;
        }
        if (isOrBelow(path, rest, "meta-data")) {
            boolean credentials = isOrBelow(path, rest, "meta-data/iam/security-credentials")
                    || isOrBelow(path, rest, "meta-data/identity-credentials/ec2/security-credentials");
            return credentials ? PathClass.CREDENTIALS : PathClass.META_DATA;
        }
        if (isOrBelow(path, rest, "dynamic")) {
            return isOrBelow(path, rest, "dynamic/instance-identity") ? PathClass.IDENTITY : PathClass.DYNAMIC;
        }
        if (isOrBelow(path, rest, "user-data")) {
            return PathClass.USER_DATA;
        }
        return path.length() == rest + "api/token".length() && path.startsWith("api/token", rest)
                ? PathClass.TOKEN
                : PathClass.OTHER;
    }

    /** Where the path goes on behind {@code /latest/}, {@code /1.0/} or {@code /2021-07-15/}; -1 where it does not begin with a version. */
    private static int afterVersion(String path) {
        int slash = path.indexOf('/', 1);
        int end = slash < 0 ? path.length() : slash;
        String first = path.substring(1, end);
        boolean version = first.equals("latest");
        if (!version && !first.isEmpty()) {
            version = first.length() <= "2021-07-15".length();
            for (int i = 0; i < first.length(); i++) {
                char c = first.charAt(i);
                version &= c >= '0' && c <= '9' || i > 0 && (c == '.' || c == '-');
            }
        }
        return version ? end + 1 : -1;
    }

    private static boolean isOrBelow(String path, int from, String tree) {
        if (!path.startsWith(tree, from)) {
            return false;
        }
        int end = from + tree.length();
        return path.length() == end || path.charAt(end) == '/';
    }
}
