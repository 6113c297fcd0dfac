package io.imdsight.cli;

/**
 * What the vigil looks at.
 *
 * @param pipeline the agent's
 */
record PipelinePulse(LivePipeline pipeline) implements Vigil.Pulse {
    @Override
    public long progressNanos() {
        return pipeline.progressNanos();
    }

    @Override
    public long uncapturedNanos() {
        return pipeline.uncapturedNanos();
    }

    @Override
    public long handled() {
        return pipeline.handled();
    }

    @Override
    public long queueBytes() {
        return pipeline.queueBytes();
    }

    @Override
    public long packets() {
        return pipeline.packets();
    }

    @Override
    public boolean probe() {
        return pipeline.attribution().probeUp();
    }

    @Override
    public boolean socketTable() {
        return pipeline.attribution().socketTableUp();
    }
}
