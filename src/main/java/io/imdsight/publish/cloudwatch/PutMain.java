package io.imdsight.publish.cloudwatch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * The putting process: holds the AWS SDK for as long as there is something to put, so that the agent need not hold it all the time. Started by
 * {@link PutProcess}; ends with its standard input. {@link ReadProcess} starts it to read.
 */
final class PutMain {
    private PutMain() {}

    /** Exit status: 0 done, 70 a fault of ours. */
    public static void main(String[] arguments) throws IOException {
        SdkCalls.forbidVersion1();
        if (List.of(arguments).contains(PutTraining.FLAG)) {
            PutTraining.run();
        } else if (List.of(arguments).contains(ReadProcess.FLAG)) {
            ReadWire.answer(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        } else {
            serve(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        }
        System.exit(0); // a thread of the SDK must not keep the process
    }

    static void serve(InputStream stdin, OutputStream stdout) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(stdin));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stdout));
        try (MetricSink sink = SdkSink.open(PutWire.readTarget(in))) {
            while (true) {
                PutWire.writeOutcome(sink.put(PutWire.readPoints(in)), out);
                out.flush();
            }
        } catch (EOFException e) {
            // the agent has said all, or is gone
        }
    }
}
