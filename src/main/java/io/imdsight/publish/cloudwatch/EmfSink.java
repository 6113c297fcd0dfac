package io.imdsight.publish.cloudwatch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Points as lines in CloudWatch's Embedded Metric Format, one a minute and set of dimensions: for machines whose logs are shipped and that may
 * not call PutMetricData. Written to a log, a line is as good as put: what the shipper does with it is not seen from here.
 *
 * <pre>
 * {"_aws":{"Timestamp":MILLIS,"CloudWatchMetrics":[{"Namespace":"imdsight","Dimensions":[["InstanceId"]],
 *   "Metrics":[{"Name":"MetadataNoToken","Unit":"Count"},…]}]},"InstanceId":"i-…","MetadataNoToken":3,…}
 * </pre>
 *
 * Limits of the format (100 metrics a definition, 30 keys a set, 256 KB a line) are far: a line has no more than all metrics, and three keys.
 */
public final class EmfSink implements MetricSink {
    /** Opens where lines go, to be closed after each batch: a file that was rotated away is found again under its name. */
    @FunctionalInterface
    public interface Opener {
        OutputStream open() throws IOException;
    }

    private final Opener opener;
    private final String namespace;

    /** Writes nothing yet. */
    public EmfSink(Opener opener, String namespace) {
        this.opener = opener;
        this.namespace = namespace;
    }

    private record Group(long minute, List<Dimension> dimensions) {}

    @Override
    public PutOutcome put(List<Point> points) {
        Map<Group, List<Point>> lines = new LinkedHashMap<>();
        for (Point p : points) {
            lines.computeIfAbsent(new Group(p.minute(), p.dimensions()), g -> new ArrayList<>())
                    .add(p);
        }
        StringBuilder text = new StringBuilder();
        lines.forEach((group, its) -> line(group, its, text));
        try (OutputStream out = opener.open()) {
            out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
            return PutOutcome.ACCEPTED;
        } catch (IOException e) {
            // some of it may have been written: then it is written twice
            return new PutOutcome(PutOutcome.Kind.UNANSWERED, "cannot write Embedded Metric Format: " + e.getMessage());
        }
    }

    private void line(Group group, List<Point> points, StringBuilder out) {
        out.append("{\"_aws\":{\"Timestamp\":").append(group.minute() * 60_000);
        out.append(",\"CloudWatchMetrics\":[{\"Namespace\":");
        string(namespace, out);
        out.append(",\"Dimensions\":[[");
        for (int i = 0; i < group.dimensions().size(); i++) {
            out.append(i == 0 ? "" : ",");
            string(group.dimensions().get(i).name(), out);
        }
        out.append("]],\"Metrics\":[");
        for (int i = 0; i < points.size(); i++) {
            out.append(i == 0 ? "" : ",").append("{\"Name\":");
            string(points.get(i).metric(), out);
            out.append(",\"Unit\":\"Count\"}");
        }
        out.append("]}]}");
        for (Dimension d : group.dimensions()) {
            out.append(',');
            string(d.name(), out);
            out.append(':');
            string(d.value(), out);
        }
        for (Point p : points) {
            out.append(',');
            string(p.metric(), out);
            out.append(':').append(p.count());
        }
        out.append("}\n");
    }

    /** Names and values are printable ASCII: {@link Dimension}. */
    private static void string(String ascii, StringBuilder out) {
        out.append('"')
                .append(ascii.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }

    @Override
    public void rest() {
        // nothing is held between puts
    }

    @Override
    public void close() {
        // nor at the end
    }
}
