package io.imdsight.record;

import io.imdsight.model.Labelled;

/** Where closed minutes are published to. Each is acknowledged by itself. */
public enum Destination implements Labelled {
    /** Amazon CloudWatch. */
    CLOUDWATCH("cloudwatch"),
    /** The feed for a dashboard. */
    FEED("feed");

    private final String label;

    Destination(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
