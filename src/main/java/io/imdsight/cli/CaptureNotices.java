package io.imdsight.cli;

/** Is told what becomes of captures while they run, on the thread that looks after them. */
interface CaptureNotices {
    /** Nobody listens. */
    CaptureNotices NONE = sentence -> {};

    /** A capture began, ended, or cannot begin: one sentence. */
    void say(String sentence);

    /** A capture was not open where it should have been; told once it is over. */
    default void outage(CaptureOutage outage) {}
}
