package io.imdsight.attribute;

import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ProcessStat;
import io.imdsight.model.Caller;
import io.imdsight.model.Escaped;
import java.util.List;

/** Puts what the kernel says of one process into words, without where it runs and for whom. One thread at a time. */
final class ProcessWords {
    private final Repeats repeats;
    private final KernelClock clock;

    ProcessWords(Repeats repeats, KernelClock clock) {
        this.repeats = repeats;
        this.clock = clock;
    }

    /** When a process started, nanoseconds since 1970. */
    long startNanos(ProcessStat stat) {
        return stat.startTicks() * ProcessStat.TICK_NANOS + clock.epochMinusBootNanos();
    }

    /**
     * A process.
     *
     * @param bytesMax of the command line
     */
    Caller bare(int pid, ProcessStat stat, byte[] commandLine, byte[] executable, int bytesMax) {
        String path = executable == null ? null : repeats.text(Escaped.of(executable));
        String name = Escaped.of(stat.name());
        List<String> arguments = stat.isKernelThread()
                ? List.of()
                : commandLine == null || commandLine.length == 0
                        ? null
                        : repeats.texts(CommandLine.arguments(commandLine, bytesMax));
        String title = repeats.text(Title.of(arguments, path, name));
        long bootNanos = stat.startTicks() * ProcessStat.TICK_NANOS;
        return new Caller(
                pid, path, arguments, title, -1, null, startNanos(stat), bootNanos, null, null, null, List.of());
    }
}
