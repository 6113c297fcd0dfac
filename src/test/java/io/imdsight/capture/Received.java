package io.imdsight.capture;

import io.imdsight.model.Segment;
import io.imdsight.model.SegmentSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a capture hands on, payload copied; checks the promises that every segment makes. */
final class Received implements SegmentSink {
    final List<Segment> segments = new ArrayList<>();
    final List<String> payloads = new ArrayList<>();
    final List<Long> idle = new ArrayList<>();

    @Override
    public synchronized void segment(Segment s) {
        check(s);
        segments.add(s.detached());
        payloads.add(new String(segments.getLast().data(), StandardCharsets.ISO_8859_1));
    }

    @Override
    public synchronized void idle(long nowNanos) {
        idle.add(nowNanos);
    }

    synchronized int count() {
        return segments.size();
    }

    synchronized long lastIdle() {
        return idle.getLast();
    }

    /** A copy, for tests that look while a capture runs. */
    synchronized List<Segment> all() {
        return List.copyOf(segments);
    }

    synchronized int idleCount() {
        return idle.size();
    }

    synchronized boolean sawPayload(String part) {
        return payloads.stream().anyMatch(p -> p.contains(part));
    }

    synchronized void clear() {
        segments.clear();
        payloads.clear();
    }

    /** How many segments begin a request. */
    synchronized long requests() {
        return payloads.stream().filter(p -> p.startsWith("GET ")).count();
    }

    static void check(Segment s) {
        if (s.payloadCaptured() < 0
                || s.payloadCaptured() > s.payloadLength()
                || s.payloadOffset() < 0
                || s.payloadOffset() + s.payloadCaptured() > s.data().length
                || s.link() == null) {
            throw new AssertionError("a segment that breaks its own contract: " + s);
        }
    }

    static void check(CaptureFileException e) {
        if (e.kind() == null || e.contents() == null || e.getMessage() == null) {
            throw new AssertionError("an exception that says too little", e);
        }
    }
}
