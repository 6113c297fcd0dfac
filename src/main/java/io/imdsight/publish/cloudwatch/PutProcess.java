package io.imdsight.publish.cloudwatch;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Puts through a process of its own that lives from the first put to {@link #rest}: the AWS SDK takes some 17 MiB while it is loaded, and is
 * needed for a second every quarter of an hour. docs/rationale.md has the figures.
 */
final class PutProcess implements MetricSink {
    /** Start, credentials from a slow metadata service, connection and answer; each of them has a shorter limit of its own. */
    private static final long ANSWER_MILLIS_MAX = 90_000;

    private static final long POLL_MILLIS = 10;

    private static final long END_MILLIS_MAX = 2_000;

    private final List<String> command;
    private final Target target;
    private Process process;
    private DataOutputStream out;
    private DataInputStream in;

    PutProcess(List<String> command, Target target) {
        this.command = List.copyOf(command);
        this.target = target;
    }

    /**
     * How to start it: on the virtual machine that this process runs on, with its class path, or that of lib/cloudwatch.jar where there is one.
     *
     * @param archive the archive of classes; none is used where there is no such file
     */
    static List<String> command(Path archive) {
        List<String> out = new ArrayList<>();
        out.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        out.addAll(List.of("-XX:+UseSerialGC", "-Xms4m", "-Xmx48m", "-Xss256k", "-XX:TieredStopAtLevel=1"));
        out.addAll(List.of(
                "-XX:-UsePerfData", "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error,cds*=off,aot*=off:stderr"));
        if (archive != null && Files.isReadable(archive)) {
            out.add("-XX:SharedArchiveFile=" + archive);
        }
        // in the assembled tree the SDK is on no class path but this process's
        Path jar = archive == null ? null : archive.resolveSibling("cloudwatch.jar");
        String classPath =
                jar != null && Files.isReadable(jar) ? jar.toString() : System.getProperty("java.class.path");
        out.addAll(List.of("-Daws.disableEc2MetadataV1=true", "-cp", classPath));
        out.add(PutMain.class.getName());
        return out;
    }

    @Override
    public PutOutcome put(List<Point> points) {
        try {
            start();
        } catch (IOException e) {
            rest();
            return new PutOutcome(PutOutcome.Kind.UNAVAILABLE, "cannot start the putting process: " + e.getMessage());
        }
        try {
            PutWire.writePoints(points, out);
            out.flush();
            if (answered()) {
                return PutWire.readOutcome(in);
            }
            end();
            return new PutOutcome(
                    PutOutcome.Kind.UNANSWERED,
                    "no answer within " + ANSWER_MILLIS_MAX / 1000 + " s from the putting process");
        } catch (IOException e) {
            String how = ended();
            end();
            return new PutOutcome(PutOutcome.Kind.UNANSWERED, "the putting process ended" + how);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end();
            return new PutOutcome(PutOutcome.Kind.UNANSWERED, "imdsight was ending");
        }
    }

    /** Starts a process that holds the SDK. */
    static Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("AWS_EC2_METADATA_V1_DISABLED", "true"); // said twice: SdkCalls sets the property as well
        return builder.start();
    }

    private void start() throws IOException {
        if (process != null && process.isAlive()) {
            return;
        }
        process = start(command);
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        in = new DataInputStream(process.getInputStream());
        PutWire.writeTarget(target, out);
    }

    /** Waits for an answer or the process's end; false where neither comes in time. A blocked read could not be given up. */
    private boolean answered() throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + ANSWER_MILLIS_MAX * 1_000_000;
        while (in.available() == 0 && process.isAlive()) {
            if (System.nanoTime() - endNanos > 0) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    private String ended() {
        try {
            return process.waitFor(END_MILLIS_MAX, TimeUnit.MILLISECONDS) ? " with status " + process.exitValue() : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void end() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }

    /** Lets the process end; the next put starts another. */
    @Override
    public void rest() {
        if (process == null) {
            return;
        }
        try {
            out.close();
            process.waitFor(END_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            // it is gone already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    @Override
    public void close() {
        rest();
    }
}
