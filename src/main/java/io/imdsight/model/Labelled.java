package io.imdsight.model;

/** A value with a fixed name in output, metrics and stored records. */
public interface Labelled {
    /** The name: lower case, words joined by hyphens or underscores as the contract has it. */
    String label();
}
