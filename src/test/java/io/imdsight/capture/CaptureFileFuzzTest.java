package io.imdsight.capture;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Segment;
import io.imdsight.model.SegmentSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Any bytes as a capture file: nothing but the documented exceptions, and no segment that breaks its contract. */
class CaptureFileFuzzTest {
    private static final SegmentSink CHECKING = new SegmentSink() {
        @Override
        public void segment(Segment segment) {
            Received.check(segment);
        }
    };

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] file) throws IOException {
        anyFileIsReadOrRefused(file);
    }

    @FuzzTest(maxDuration = "20s")
    void anyFileIsReadOrRefused(byte[] file) throws IOException {
        try {
            new CaptureFileReader(Endpoints.EC2, CHECKING, new Drops()).read(new ByteArrayInputStream(file));
        } catch (CaptureFileException e) {
            Received.check(e);
        }
    }
}
