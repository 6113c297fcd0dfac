package io.imdsight.cli;

/** Entry point. */
public final class Main {
    private Main() {}

    /** Runs a command. */
    public static void main(String[] args) {
        System.exit(70);
    }
}
