package io.imdsight.publish.cloudwatch;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads through a process of its own that lives for one query: see {@link PutProcess}. */
final class ReadProcess implements MetricSource {
    static final String FLAG = "--read";

    /** Start, credentials, a few pages, and the waits that throttling asks for. */
    private static final long ANSWER_SECONDS_MAX = 180;

    private final List<String> command;
    private final Target target;

    /**
     * Starts nothing yet.
     *
     * @param command of {@link PutProcess#command}
     */
    ReadProcess(List<String> command, Target target) {
        this.command = new ArrayList<>(command);
        this.command.add(FLAG);
        this.target = target;
    }

    @Override
    public MetricAnswer read(MetricQuery query) {
        Process process;
        try {
            process = PutProcess.start(command);
        } catch (IOException e) {
            return failed(PutOutcome.Kind.UNAVAILABLE, "cannot start the reading process: " + e.getMessage());
        }
        FutureTask<MetricAnswer> talk = new FutureTask<>(() -> talk(process, query));
        Thread.ofPlatform().daemon().name("cloudwatch-read").start(talk);
        try {
            return talk.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return failed(PutOutcome.Kind.UNANSWERED, "no answer within " + ANSWER_SECONDS_MAX + " s");
        } catch (ExecutionException e) {
            return failed(PutOutcome.Kind.UNANSWERED, "the reading process ended without an answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(PutOutcome.Kind.UNANSWERED, "imdsight was ending");
        } finally {
            process.destroyForcibly(); // which also ends a read that blocks
        }
    }

    private MetricAnswer talk(Process process, MetricQuery query) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
                DataInputStream in = new DataInputStream(process.getInputStream())) {
            PutWire.writeTarget(target, out);
            ReadWire.writeQuery(query, out);
            out.flush();
            return ReadWire.readAnswer(in);
        }
    }

    private static MetricAnswer failed(PutOutcome.Kind kind, String reason) {
        return MetricAnswer.failed(new PutOutcome(kind, reason));
    }
}
