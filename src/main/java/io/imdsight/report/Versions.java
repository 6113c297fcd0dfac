package io.imdsight.report;

/** Compares versions number by number. */
final class Versions {
    private static final int DIGITS_MAX = 9;

    private Versions() {}

    /** Below, at, or above zero, as {@code a} is older, the same or newer. What follows the dotted numbers does not count. */
    static int compare(String a, String b) {
        String[] left = numbers(a);
        String[] right = numbers(b);
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            int order = Integer.compare(part(left, i), part(right, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** {@code 7.88.1} of {@code 1:7.88.1-10+deb12u15}: without a distribution's epoch and revision. */
    static String upstream(String packageVersion) {
        int colon = packageVersion.indexOf(':');
        String rest = packageVersion.substring(colon + 1);
        int end = 0;
        while (end < rest.length() && (isDigit(rest.charAt(end)) || rest.charAt(end) == '.')) {
            end++;
        }
        return end == 0 ? null : rest.substring(0, end);
    }

    /** {@code 1.1.19} of {@code 1.1-19.amzn2}: with a distribution's revision as one more number, without its epoch. */
    static String withRevision(String packageVersion) {
        return packageVersion.substring(packageVersion.indexOf(':') + 1).replaceFirst("-", ".");
    }

    /** Whether there is a number to compare. */
    static boolean isVersion(String version) {
        return version != null && !version.isEmpty() && isDigit(version.charAt(0));
    }

    private static String[] numbers(String version) {
        int end = 0;
        while (end < version.length() && (isDigit(version.charAt(end)) || version.charAt(end) == '.')) {
            end++;
        }
        return version.substring(0, end).split("\\.");
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int part(String[] numbers, int i) {
        if (i >= numbers.length || numbers[i].isEmpty()) {
            return 0;
        }
        return numbers[i].length() > DIGITS_MAX ? Integer.MAX_VALUE : Integer.parseInt(numbers[i]);
    }
}
