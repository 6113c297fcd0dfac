package io.imdsight.publish.cloudwatch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What the reading process is asked over its standard input, and answers over its standard output: one of each.
 *
 * <pre>
 * to the process:    target  text instance  byte metrics, (text name)*  byte spans, (long from, long to, int period)*
 *                    target as in {@link PutWire}; minutes
 * from the process:  byte kind, text reason  int values, (byte metric, byte span, long minute, double sum)*
 * </pre>
 */
final class ReadWire {
    /** 15 days by the minute, 48 by five, and 455 by the hour, of two metrics, are 93,000. */
    static final int VALUES_MAX = 200_000;

    private static final int VALUE_BYTES = 18;

    private ReadWire() {}

    /** The process's side. */
    static void answer(InputStream stdin, OutputStream stdout) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(stdin));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stdout));
        try (SdkSource source = SdkSource.open(PutWire.readTarget(in))) {
            writeAnswer(source.read(readQuery(in)), out);
        }
        out.flush();
    }

    static void writeQuery(MetricQuery query, DataOutputStream out) throws IOException {
        out.writeUTF(query.instanceId());
        out.writeByte(query.metrics().size());
        for (String metric : query.metrics()) {
            out.writeUTF(metric);
        }
        out.writeByte(query.spans().size());
        for (MetricQuery.Span s : query.spans()) {
            out.writeLong(s.fromMinute());
            out.writeLong(s.toMinute());
            out.writeInt(s.periodMinutes());
        }
    }

    static MetricQuery readQuery(DataInputStream in) throws IOException {
        String instance = in.readUTF();
        List<String> metrics = new ArrayList<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            metrics.add(in.readUTF());
        }
        List<MetricQuery.Span> spans = new ArrayList<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            spans.add(new MetricQuery.Span(in.readLong(), in.readLong(), in.readInt()));
        }
        return new MetricQuery(instance, metrics, spans);
    }

    static void writeAnswer(MetricAnswer answer, DataOutputStream out) throws IOException {
        PutWire.writeOutcome(answer.outcome(), out);
        out.writeInt(answer.values().size());
        for (MetricAnswer.Value v : answer.values()) {
            out.writeByte(v.metric());
            out.writeByte(v.span());
            out.writeLong(v.minute());
            out.writeDouble(v.sum());
        }
    }

    /** Blocks until the answer has come whole, or its writer has ended. */
    static MetricAnswer readAnswer(DataInputStream in) throws IOException {
        PutOutcome outcome = PutWire.readOutcome(in);
        int count = in.readInt();
        if (count < 0 || count > VALUES_MAX) {
            throw new IOException(count + " values");
        }
        byte[] bytes = in.readNBytes(count * VALUE_BYTES);
        DataInputStream values = new DataInputStream(new java.io.ByteArrayInputStream(bytes));
        List<MetricAnswer.Value> out = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            out.add(new MetricAnswer.Value(
                    values.readUnsignedByte(), values.readUnsignedByte(), values.readLong(), values.readDouble()));
        }
        return new MetricAnswer(outcome, out);
    }
}
