package io.imdsight.publish.cloudwatch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What CloudWatch accepts in PutMetricData, as its API reference and user guide state it. Returns the points of a request, or throws
 * {@link Refused} with the error's code.
 */
final class StandInRules {
    private static final int DATUMS_MAX = 1000;
    private static final int VALUES_MAX = 150;
    private static final int DIMENSIONS_MAX = 30;
    private static final int NAME_CHARS_MAX = 255;
    private static final int DIMENSION_VALUE_CHARS_MAX = 1024;
    private static final long TWO_WEEKS_MILLIS = 14L * 24 * 3600 * 1000;
    private static final long TWO_HOURS_MILLIS = 2L * 3600 * 1000;
    private static final Set<String> DATUM_KEYS = Set.of(
            "MetricName",
            "Dimensions",
            "Timestamp",
            "Value",
            "Values",
            "Counts",
            "StatisticValues",
            "Unit",
            "StorageResolution");

    private StandInRules() {}

    /** One point: a metric of one minute. */
    record Point(Key key, double sum, double samples) {}

    /** What CloudWatch adds points up by: everything that names the metric, and the minute. */
    record Key(String namespace, String name, Map<String, String> dimensions, long minute) {}

    /** A request that is refused. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final String code;

        Refused(String code, String message) {
            super(message);
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    @SuppressWarnings("unchecked")
    static List<Point> points(Object body, long nowMillis) throws Refused {
        Map<String, Object> request = (Map<String, Object>) body;
        String namespace = (String) request.get("Namespace");
        need(namespace != null && !namespace.isBlank(), "MissingParameter", "namespace");
        need(namespace.length() <= 255 && !namespace.startsWith("AWS/"), "InvalidParameterValue", "namespace");
        need(namespace.matches("[0-9A-Za-z.\\-_/#: ]+"), "InvalidParameterValue", "namespace alphabet");
        List<Object> data = (List<Object>) request.get("MetricData");
        need(data != null && !data.isEmpty(), "MissingParameter", "MetricData");
        need(data.size() <= DATUMS_MAX, "LimitExceeded", data.size() + " datums");
        List<Point> out = new ArrayList<>();
        for (Object datum : data) {
            out.add(point(namespace, (Map<String, Object>) datum, nowMillis));
        }
        return out;
    }

    @SuppressWarnings("unchecked")
    private static Point point(String namespace, Map<String, Object> datum, long nowMillis) throws Refused {
        need(DATUM_KEYS.containsAll(datum.keySet()), "InvalidParameterValue", "members " + datum.keySet());
        String name = (String) datum.get("MetricName");
        text(name, NAME_CHARS_MAX, "MetricName");
        need("Count".equals(datum.get("Unit")), "InvalidParameterValue", "unit " + datum.get("Unit"));
        Map<String, String> dimensions = new TreeMap<>();
        List<Object> list = (List<Object>) datum.getOrDefault("Dimensions", List.of());
        need(list.size() <= DIMENSIONS_MAX, "InvalidParameterValue", "dimensions");
        for (Object d : list) {
            Map<String, Object> dimension = (Map<String, Object>) d;
            String key = (String) dimension.get("Name");
            String value = (String) dimension.get("Value");
            text(key, NAME_CHARS_MAX, "dimension name");
            need(!key.startsWith(":"), "InvalidParameterValue", "dimension name");
            text(value, DIMENSION_VALUE_CHARS_MAX, "dimension value");
            need(dimensions.put(key, value) == null, "InvalidParameterValue", "dimension twice");
        }
        CborReader.Tagged time = (CborReader.Tagged) datum.get("Timestamp");
        need(time != null && time.tag() == 1, "MissingParameter", "Timestamp");
        long millis = Math.round(((Number) time.value()).doubleValue() * 1000);
        need(millis >= nowMillis - TWO_WEEKS_MILLIS, "InvalidParameterValue", "timestamp older than two weeks");
        need(millis <= nowMillis + TWO_HOURS_MILLIS, "InvalidParameterValue", "timestamp in the future");
        double[] sumAndSamples = value(datum);
        Key key = new Key(namespace, name, dimensions, Math.floorDiv(millis, 60_000));
        return new Point(key, sumAndSamples[0], sumAndSamples[1]);
    }

    /** Exactly one of the three forms. */
    @SuppressWarnings("unchecked")
    private static double[] value(Map<String, Object> datum) throws Refused {
        Set<String> forms = new HashSet<>(Set.of("Value", "Values", "StatisticValues"));
        forms.retainAll(datum.keySet());
        need(forms.size() == 1, "InvalidParameterCombination", "value forms " + forms);
        if (datum.containsKey("Value")) {
            double v = ((Number) datum.get("Value")).doubleValue();
            need(Double.isFinite(v), "InvalidParameterValue", "value");
            return new double[] {v, 1};
        }
        if (datum.containsKey("StatisticValues")) {
            Map<String, Object> s = (Map<String, Object>) datum.get("StatisticValues");
            need(
                    s.keySet().equals(Set.of("SampleCount", "Sum", "Minimum", "Maximum")),
                    "MissingParameter",
                    "statistic");
            return new double[] {((Number) s.get("Sum")).doubleValue(), ((Number) s.get("SampleCount")).doubleValue()};
        }
        List<Object> values = (List<Object>) datum.get("Values");
        List<Object> counts = (List<Object>) datum.get("Counts");
        need(
                values.size() <= VALUES_MAX && (counts == null || counts.size() == values.size()),
                "InvalidParameterValue",
                "Values");
        double[] out = new double[2];
        for (int i = 0; i < values.size(); i++) {
            double count = counts == null ? 1 : ((Number) counts.get(i)).doubleValue();
            out[0] += count * ((Number) values.get(i)).doubleValue();
            out[1] += count;
        }
        return out;
    }

    private static void text(String text, int charsMax, String what) throws Refused {
        need(text != null, "MissingParameter", what);
        boolean ascii = text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        need(ascii && !text.isBlank() && text.length() <= charsMax, "InvalidParameterValue", what + " '" + text + "'");
    }

    private static void need(boolean holds, String code, String message) throws Refused {
        if (!holds) {
            throw new Refused(code, message);
        }
    }
}
