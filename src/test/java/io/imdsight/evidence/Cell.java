package io.imdsight.evidence;

/**
 * One row of the measurement: what calls, and what makes it hard to tell who.
 *
 * @param clients how many processes, each of which makes one call
 * @param burst how many of them start at once
 * @param gapMicros from one start to the next
 * @param idle processes that do nothing
 * @param files open files of each of them
 * @param how what a client does: "call", or "linger", which lives 2 s more
 * @param stall what stops the one that is measured
 */
record Cell(int clients, int burst, int gapMicros, int idle, int files, String how, Stall stall) {
    /** How the measured process is stopped. */
    enum Stall {
        /** Not at all. */
        NONE,
        /** By SIGSTOP, for {@link #STOP_MILLIS} out of {@link #STOP_MILLIS} + {@link #RUN_MILLIS}, as a garbage collection would. */
        SIGNALS;

        static final int STOP_MILLIS = 20;
        static final int RUN_MILLIS = 30;
    }

    /** 2 ms apart. */
    static Cell apart(int clients) {
        return new Cell(clients, 1, 2_000, 0, 0, "call", Stall.NONE);
    }

    /** Eight at once, as many a second as {@link #apart} in the mean. */
    static Cell bursts(int clients) {
        return new Cell(clients, 8, 16_000, 0, 0, "call", Stall.NONE);
    }

    /** The easy case, in which every way must find the caller: one that does not shows that it is itself at fault. */
    static Cell lingering(int clients) {
        return new Cell(clients, 1, 50_000, 0, 0, "linger", Stall.NONE);
    }

    Cell idle(int processes, int filesEach) {
        return new Cell(clients, burst, gapMicros, processes, filesEach, how, stall);
    }

    Cell stalled() {
        return new Cell(clients, burst, gapMicros, idle, files, how, Stall.SIGNALS);
    }

    Cell clients(int count) {
        return new Cell(count, burst, gapMicros, idle, files, how, stall);
    }

    @Override
    public String toString() {
        String spacing = burst == 1 ? gapMicros / 1_000 + " ms apart" : burst + " at a time";
        String herd = idle == 0 ? "" : ", %,d processes%s".formatted(idle, files == 0 ? "" : " of " + files + " files");
        String life = how.equals("linger") ? ", 2 s long" : "";
        return spacing + life + herd + (stall == Stall.NONE ? "" : ", stopped");
    }
}
