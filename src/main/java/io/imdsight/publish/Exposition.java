package io.imdsight.publish;

import java.util.Locale;

/** The formats of a scrape. */
public enum Exposition {
    /** Prometheus' own text format. */
    TEXT("text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics 1.0. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    /** A header longer than this was not written by a scraper. */
    private static final int ACCEPT_CHARS_MAX = 2_000;

    private final String contentType;

    Exposition(String contentType) {
        this.contentType = contentType;
    }

    /** What the answer's Content-Type says. */
    String contentType() {
        return contentType;
    }

    /**
     * The format that a client likes best, RFC 9110 section 12.5.1; plain text where it likes neither or says nothing, as Prometheus' own client
     * libraries answer.
     *
     * @param accept the header's value; null where there is none
     */
    public static Exposition of(String accept) {
        if (accept == null || accept.length() > ACCEPT_CHARS_MAX) {
            return TEXT;
        }
        double openMetrics = 0;
        double text = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            double quality = quality(parts);
            switch (parts[0].strip()) {
                case "application/openmetrics-text" ->
                    openMetrics = Math.max(openMetrics, isVersion1(parts) ? quality : 0);
                case "text/plain", "text/*", "*/*" -> text = Math.max(text, quality);
                default -> {}
            }
        }
        return openMetrics > 0 && openMetrics >= text ? OPEN_METRICS : TEXT;
    }

    private static double quality(String[] parts) {
        for (String p : parts) {
            String parameter = p.strip();
            if (parameter.startsWith("q=")) {
                try {
                    double q = Double.parseDouble(parameter.substring(2));
                    return q >= 0 && q <= 1 ? q : 0;
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }

    /** Without a version the client takes any. */
    private static boolean isVersion1(String[] parts) {
        for (String p : parts) {
            String parameter = p.strip();
            if (parameter.startsWith("version=")) {
                return parameter.equals("version=1.0.0");
            }
        }
        return true;
    }
}
