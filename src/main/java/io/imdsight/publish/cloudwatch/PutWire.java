package io.imdsight.publish.cloudwatch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the agent and its putting process say to each other over the latter's standard input and output.
 *
 * <pre>
 * to the process:    target  put*  end of file
 *   target           text namespace, text region, text endpoint (empty: the region's own)
 *   put              int points, then each: text metric, byte dimensions, (text name, text value)*, long minute, long count
 * from the process:  one answer a put
 *   answer           byte kind, text reason
 *
 * numbers big endian; text as DataOutput.writeUTF has it: two octets of length, modified UTF-8
 * </pre>
 */
final class PutWire {
    /** A sentence; well below what a pipe takes in one piece, so that an answer is there whole or not at all. */
    private static final int REASON_CHARS_MAX = 300;

    private static final PutOutcome.Kind[] KINDS = PutOutcome.Kind.values();

    private PutWire() {}

    static void writeTarget(Target target, DataOutputStream out) throws IOException {
        out.writeUTF(target.namespace());
        out.writeUTF(target.region());
        out.writeUTF(target.endpoint() == null ? "" : target.endpoint());
    }

    static Target readTarget(DataInputStream in) throws IOException {
        String namespace = in.readUTF();
        String region = in.readUTF();
        String endpoint = in.readUTF();
        return new Target(namespace, region, endpoint.isEmpty() ? null : endpoint);
    }

    static void writePoints(List<Point> points, DataOutputStream out) throws IOException {
        out.writeInt(points.size());
        for (Point p : points) {
            out.writeUTF(p.metric());
            out.writeByte(p.dimensions().size());
            for (Dimension d : p.dimensions()) {
                out.writeUTF(d.name());
                out.writeUTF(d.value());
            }
            out.writeLong(p.minute());
            out.writeLong(p.count());
        }
    }

    static List<Point> readPoints(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 1 || count > Batch.POINTS_MAX) {
            throw new IOException(count + " points");
        }
        List<Point> out = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String metric = in.readUTF();
            List<Dimension> dimensions = new ArrayList<>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                dimensions.add(new Dimension(in.readUTF(), in.readUTF()));
            }
            out.add(new Point(metric, dimensions, in.readLong(), in.readLong()));
        }
        return out;
    }

    static void writeOutcome(PutOutcome outcome, DataOutputStream out) throws IOException {
        String reason = outcome.reason();
        out.writeByte(outcome.kind().ordinal());
        out.writeUTF(reason.length() > REASON_CHARS_MAX ? reason.substring(0, REASON_CHARS_MAX) : reason);
    }

    static PutOutcome readOutcome(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        String reason = in.readUTF();
        if (kind >= KINDS.length) {
            throw new IOException("unknown outcome " + kind);
        }
        return new PutOutcome(KINDS[kind], reason);
    }
}
