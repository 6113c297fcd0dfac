package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the kernel's records of a connect cost to read. */
@State(Scope.Thread)
public class RecordBench {
    private static final byte[] CURL = "curl\0-s\0http://169.254.169.254/latest/meta-data/\0".getBytes(StandardCharsets.US_ASCII);

    private final ByteBuffer record = curl();
    private final ByteBuffer sample = sample();

    /** The BPF program's record: curl below three ancestors. */
    @Benchmark
    public Object connectRecord() {
        return ConnectRecord.parse(record, 0, ConnectRecord.ARGUMENTS + CURL.length);
    }

    /** The tracepoint's record, as the perf ring has it. */
    @Benchmark
    public Object tracepointSample() {
        return PerfRing.parse(sample, 104);
    }

    private static ByteBuffer curl() {
        ByteBuffer b = ByteBuffer.allocateDirect(ConnectRecord.BYTES_MAX).order(ByteOrder.nativeOrder());
        b.putLong(0, 1_000).putLong(8, 0xffff_8881_0000_0000L).putInt(16, 31).putInt(20, 30);
        b.putLong(40, 2_019_999_999L).put(48, "curl".getBytes(StandardCharsets.US_ASCII));
        b.putLong(72, CURL.length).putInt(68, 8 << 20 | 1).putLong(88, 4711);
        for (int i = 0; i < 3; i++) {
            b.putInt(104 + 32 * i, 20 - i).putLong(112 + 32 * i, 1_000_000_000L);
            b.put(120 + 32 * i, "bash".getBytes(StandardCharsets.US_ASCII));
        }
        return b.put(ConnectRecord.ARGUMENTS, CURL);
    }

    private static ByteBuffer sample() {
        ByteBuffer b = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());
        return b.putInt(0, 9).putShort(6, (short) 104).putInt(8, 30).putInt(12, 31).putLong(16, 1_000).putInt(24, 72);
    }
}
