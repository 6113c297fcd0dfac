package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Sighting;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The pipeline at work in the calling thread's namespace, and in those of processes that the test started; what it saw and said. */
final class Watching implements Closeable {
    private static final long WAIT_MILLIS_MAX = 20_000;

    private final LivePipeline pipeline;
    private final List<Sighting> sightings = new ArrayList<>();
    private final List<String> sentences = new ArrayList<>();
    private final List<CaptureOutage> outages = new ArrayList<>();
    private boolean finished;

    Watching(String interfaces) {
        NamespaceScope scope = new NamespaceScope(true, ContainerWorld::isOurs, null);
        pipeline = LivePipeline.openPatiently(Endpoints.EC2, interfaces, output(), new Drops(), scope, notices());
        pipeline.state().description().forEach(this::say);
        pipeline.start();
    }

    private SightingThread.Output output() {
        return new SightingThread.Output() {
            @Override
            public void accept(Sighting s) {
                synchronized (sightings) {
                    sightings.add(s);
                }
            }

            @Override
            public void flush() {}
        };
    }

    private CaptureNotices notices() {
        return new CaptureNotices() {
            @Override
            public void say(String sentence) {
                Watching.this.say(sentence);
            }

            @Override
            public void outage(CaptureOutage outage) {
                synchronized (sentences) {
                    outages.add(outage);
                }
            }
        };
    }

    private void say(String sentence) {
        synchronized (sentences) {
            sentences.add(sentence);
        }
    }

    List<String> sentences() {
        synchronized (sentences) {
            return List.copyOf(sentences);
        }
    }

    List<CaptureOutage> outages() {
        synchronized (sentences) {
            return List.copyOf(outages);
        }
    }

    LivePipeline pipeline() {
        return pipeline;
    }

    /** Waits until so many sentences say this. */
    void awaitSaid(int count, Predicate<String> sentence) throws InterruptedException {
        long until = System.currentTimeMillis() + WAIT_MILLIS_MAX;
        while (sentences().stream().filter(sentence).count() < count) {
            assertTrue(System.currentTimeMillis() < until, () -> "not said: " + sentences());
            Thread.sleep(5);
        }
    }

    /** Ends it; what was seen, by path. Each request is there once, and the counts agree. */
    Map<String, Sighting> finish() throws InterruptedException {
        Thread.sleep(300); // the last answers are acknowledged by now
        pipeline.finish();
        finished = true;
        assertEquals(null, pipeline.failed());
        Map<String, Sighting> out = new HashMap<>();
        for (Sighting s : sightings) {
            String target = s.exchange().request().target();
            assertNotNull(target, () -> "a request without its target: " + s);
            Sighting before = out.put(target, s);
            assertEquals(null, before, () -> "counted twice: " + target + ": " + s + " and " + before);
        }
        assertEquals(sightings.size(), pipeline.counts().requests());
        return out;
    }

    @Override
    public void close() {
        if (!finished) {
            try {
                pipeline.finish();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
