package io.imdsight.cli;

/**
 * What the vigil looks at.
 *
 * @param state of the agent's pipeline
 */
record PipelinePulse(PipelineState state) implements Vigil.Pulse {
    @Override
    public long progressNanos() {
        return state.progressNanos();
    }

    @Override
    public long uncapturedNanos() {
        return state.uncapturedNanos();
    }

    @Override
    public long handled() {
        return state.handled();
    }

    @Override
    public long queueBytes() {
        return state.queueBytes();
    }

    @Override
    public long packets() {
        return state.packets();
    }

    @Override
    public boolean probe() {
        return state.attribution().probeUp();
    }

    @Override
    public boolean socketTable() {
        return state.attribution().socketTableUp();
    }
}
