package io.imdsight.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is measured: a process that names callers. */
interface Subject extends AutoCloseable {
    /** USER_HZ, the same on every Linux: proc(5). */
    long TICK_MICROS = 10_000;

    /**
     * A caller that it named.
     *
     * @param number in the request's path
     * @param pid -1 where it named none
     * @param rightArguments null where it said none
     */
    record Named(int number, long pid, Boolean rightArguments) {}

    long pid();

    /** How many calls it has dealt with so far. */
    int dealtWith() throws IOException;

    /** Ends it; what it named. */
    List<Named> end(Truth truth) throws Exception;

    /** From the connect, or its SYN, to the name; 500 for the median. To be asked after {@link #end}. -1 where nothing was named. */
    long latencyMicros(int perMille);

    /** What it says of itself at the end, for the log. */
    String remarks();

    /** Kills it where it still runs. */
    @Override
    void close();

    /** CPU time that the process took so far: utime and stime, fields 14 and 15 of proc(5)'s stat. */
    static long cpuMicros(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MICROS;
    }
}
