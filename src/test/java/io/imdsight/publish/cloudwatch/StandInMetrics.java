package io.imdsight.publish.cloudwatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What AWS itself counted, and GetMetricData's rules for reading it, as the API reference states them: a period that is too fine for the age of the
 * start gives no points, not an error; a page has at most {@code pageValues} values and a token for the next; names and periods are checked.
 */
final class StandInMetrics {
    private static final long DAY_SECONDS = 24 * 3600;
    private static final int QUERIES_MAX = 500;

    private final Map<String, NavigableMap<Long, Double>> counted = new HashMap<>();
    private int pageValues = 100_800;
    private boolean partial;
    private int pages;

    /** AWS counts so many calls: a point that is stamped with this minute. Zero makes a point, too. */
    synchronized void count(String instance, String metric, long minute, long calls) {
        counted.computeIfAbsent(instance + " " + metric, k -> new TreeMap<>())
                .merge(minute, (double) calls, Double::sum);
    }

    /** From now on a page has so many values. */
    synchronized void pagesOf(int values) {
        pageValues = values;
    }

    /** From now on the last page says that it is not complete. */
    synchronized void partly() {
        partial = true;
    }

    /** How many pages were given. */
    synchronized int pages() {
        return pages;
    }

    /** Answers one request; the body of the answer. */
    @SuppressWarnings("unchecked")
    synchronized byte[] answer(Object body, long nowMillis) throws StandInRules.Refused, IOException {
        Map<String, Object> request = (Map<String, Object>) body;
        List<Object> queries = (List<Object>) request.get("MetricDataQueries");
        need(queries != null && !queries.isEmpty() && queries.size() <= QUERIES_MAX, "MetricDataQueries");
        long start = seconds(request.get("StartTime"));
        long end = seconds(request.get("EndTime"));
        need(start < end, "StartTime after EndTime");
        need("TimestampAscending".equals(request.get("ScanBy")), "ScanBy " + request.get("ScanBy"));
        Map<String, NavigableMap<Long, Double>> all = new LinkedHashMap<>();
        for (Object q : queries) {
            Map<String, Object> query = (Map<String, Object>) q;
            String id = (String) query.get("Id");
            need(id != null && id.matches("[a-z][a-zA-Z0-9_]*"), "Id " + id);
            all.put(id, values((Map<String, Object>) query.get("MetricStat"), start, end, nowMillis / 1000));
        }
        Object token = request.get("NextToken");
        int skip = token == null ? 0 : Integer.parseInt(((String) token).substring("page-".length()));
        pages++;
        return page(all, skip);
    }

    @SuppressWarnings("unchecked")
    private NavigableMap<Long, Double> values(Map<String, Object> stat, long start, long end, long now)
            throws StandInRules.Refused {
        need(stat != null && "Sum".equals(stat.get("Stat")), "Stat");
        Map<String, Object> metric = (Map<String, Object>) stat.get("Metric");
        need("AWS/EC2".equals(metric.get("Namespace")), "Namespace " + metric.get("Namespace"));
        List<Object> dimensions = (List<Object>) metric.get("Dimensions");
        need(dimensions.size() == 1, "dimensions");
        Map<String, Object> dimension = (Map<String, Object>) dimensions.getFirst();
        need("InstanceId".equals(dimension.get("Name")), "dimension " + dimension.get("Name"));
        long period = ((Number) stat.get("Period")).longValue();
        need(period > 0 && period % 60 == 0, "Period " + period);
        long age = now - start;
        long finest = age > 63 * DAY_SECONDS ? 3600 : age > 15 * DAY_SECONDS ? 300 : 60;
        NavigableMap<Long, Double> out = new TreeMap<>();
        String key = dimension.get("Value") + " " + metric.get("MetricName");
        if (period % finest == 0) {
            counted.getOrDefault(key, new TreeMap<>()).forEach((minute, calls) -> {
                long at = minute * 60 / period * period;
                if (minute * 60 >= start && minute * 60 < end) {
                    out.merge(at, calls, Double::sum);
                }
            });
        }
        return out;
    }

    private byte[] page(Map<String, NavigableMap<Long, Double>> all, int skip) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int total = all.values().stream().mapToInt(Map::size).sum();
        boolean more = skip + pageValues < total;
        out.write(0xbf);
        text(out, "MetricDataResults");
        out.write(0x9f);
        int index = 0;
        for (Map.Entry<String, NavigableMap<Long, Double>> e : all.entrySet()) {
            List<Map.Entry<Long, Double>> mine = List.copyOf(e.getValue().entrySet());
            int from = Math.clamp((long) skip - index, 0, mine.size());
            int to = Math.clamp((long) skip + pageValues - index, 0, mine.size());
            index += mine.size();
            result(out, e.getKey(), mine.subList(from, to), partial || more && to < mine.size());
        }
        out.write(0xff);
        text(out, "Messages");
        out.write(0x80);
        if (more) {
            text(out, "NextToken");
            text(out, "page-" + (skip + pageValues));
        }
        out.write(0xff);
        return out.toByteArray();
    }

    private static void result(ByteArrayOutputStream out, String id, List<Map.Entry<Long, Double>> values, boolean part)
            throws IOException {
        out.write(0xbf);
        text(out, "Id");
        text(out, id);
        text(out, "Label");
        text(out, id);
        text(out, "Timestamps");
        out.write(0x9f);
        for (Map.Entry<Long, Double> v : values) {
            out.write(0xc1); // tag 1: seconds since 1970
            number(out, v.getKey().doubleValue());
        }
        out.write(0xff);
        text(out, "Values");
        out.write(0x9f);
        for (Map.Entry<Long, Double> v : values) {
            number(out, v.getValue());
        }
        out.write(0xff);
        text(out, "StatusCode");
        text(out, part ? "PartialData" : "Complete");
        out.write(0xff);
    }

    private static void number(ByteArrayOutputStream out, double number) throws IOException {
        out.write(0xfb);
        out.write(ByteBuffer.allocate(8).putDouble(number).array());
    }

    private static void text(ByteArrayOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.write(0x79);
        out.write(utf8.length >> 8);
        out.write(utf8.length);
        out.write(utf8);
    }

    private static long seconds(Object time) throws StandInRules.Refused {
        need(time instanceof CborReader.Tagged t && t.tag() == 1, "time");
        return Math.round(((Number) ((CborReader.Tagged) time).value()).doubleValue());
    }

    private static void need(boolean holds, String what) throws StandInRules.Refused {
        if (!holds) {
            throw new StandInRules.Refused("InvalidParameterValue", what);
        }
    }
}
