package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.ConnectRecords;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.KernelException;
import io.imdsight.linux.SampleStream;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * What the kernel itself wrote down of each connecting process, where this machine allows that. It only adds to what the probe sees: a connect
 * without it is described from /proc, as on machines that have none. Used by one thread.
 */
final class ConnectCopies implements Closeable {
    /** How long a connect waits for its description, which is made within microseconds before or after the probe's own record. */
    private static final long PATIENCE_NANOS_MAX = 200_000;

    private static final String COST =
            "a caller that ends within a millisecond or two may stay without its command line";

    private static final String SEND_COST =
            "requests are given to the process that opened their connection, and it is said that this may be wrong";

    private final ConnectRecords records;
    private final String problem;
    private final String sendProblem;
    private final KernelClock clock;
    private final Drops drops;
    private final PendingRecords pending = new PendingRecords();
    private long copied;
    private long lost;

    /** Once a ring was full, or the kernel did not do what it should, nobody waits again until a description comes. */
    private long patienceNanos = PATIENCE_NANOS_MAX;

    private ConnectCopies(AttributorOptions options, ConnectRecords records, String problem) {
        this.records = records;
        this.problem = problem;
        this.sendProblem = records == null || records.sendProblem() == null
                ? null
                : "the kernel does not say who sends on a connection that another process opened ("
                        + records.sendProblem().getMessage() + "); " + SEND_COST
                        + "; needs kernel 6.16, or 5.8 with CONFIG_FUNCTION_TRACER (on arm64 6.4)";
        this.clock = options.clock();
        this.drops = options.drops();
    }

    /** Starts what can be had here. */
    static ConnectCopies start(AttributorOptions options) {
        if (!options.bpf()) {
            return new ConnectCopies(options, null, "the kernel's copy of callers is switched off; " + COST);
        }
        try {
            List<ConnectRecords.Peer> peers = StateSource.peers(options);
            int port = options.endpoints().port();
            return new ConnectCopies(
                    options, ConnectRecords.open(options.procRoot(), options.sysRoot(), peers, port), null);
        } catch (IOException | IllegalArgumentException e) {
            return new ConnectCopies(
                    options,
                    null,
                    "the kernel copies no callers within their connect (" + e.getMessage() + "); " + COST + "; "
                            + remedy(e));
        }
    }

    private static String remedy(Exception e) {
        if (e instanceof KernelException k && k.isPermission()) {
            return "needs CAP_BPF and CAP_PERFMON, no lockdown for confidentiality, and before kernel 5.11 LimitMEMLOCK=infinity";
        }
        return "needs kernel 5.8 with CONFIG_BPF_SYSCALL and CONFIG_DEBUG_INFO_BTF, and the machine's own pid namespace";
    }

    /** Why there are none, what that costs and how to mend it, as a sentence without a full stop; null where there are. */
    String problem() {
        return problem;
    }

    /** Why the kernel does not say who sends, what that costs and how to mend it, as a sentence without a full stop; null where it does. */
    String sendProblem() {
        if (records == null) {
            return "the kernel does not say who sends on a connection that another process opened (it copies no callers); "
                    + SEND_COST;
        }
        return sendProblem;
    }

    /** Whether the kernel copies, and the last copy that was looked for was there. */
    boolean areComing() {
        return records != null && patienceNanos > 0;
    }

    /** Where they come from; null where there are none. */
    ConnectRecords records() {
        return records;
    }

    /** Lets sends wake whoever waits for records. */
    void wake(SampleStream stream) {
        if (records != null) {
            stream.alsoAwaitSends(records);
        }
    }

    /** Who sent on a socket that somebody else had used before. */
    List<ConnectRecord> drainSends() {
        return records == null ? List.of() : records.drainSends();
    }

    /** The description of a connect's process, without waiting and out of turn; see {@link #use}. Null where there is none yet. */
    ConnectRecord find(Connect c) {
        if (records == null) {
            return null;
        }
        ConnectRecord found = pending.find(c);
        if (found == null) {
            pending.add(records.drain());
            found = pending.find(c);
        }
        return found;
    }

    /** Takes what was found: no other connect gets it. */
    void use(ConnectRecord found) {
        pending.remove(found);
        copied++;
    }

    /** The description of a connect's process; null where the kernel made none. */
    ConnectRecord take(Connect c) {
        if (records == null) {
            return null;
        }
        ConnectRecord found = pending.take(c);
        long begunNanos = clock.monotonicNanos();
        while (found == null) {
            pending.add(records.drain());
            found = pending.take(c);
            if (found == null && clock.monotonicNanos() - begunNanos >= patienceNanos) {
                break;
            }
        }
        patienceNanos = found == null ? 0 : PATIENCE_NANOS_MAX;
        copied += found == null ? 0 : 1;
        if (found == null) {
            countLost();
        }
        return found;
    }

    /** Empties the ring also of what no connect asked for: its own record was lost. */
    void expire(long nowNanos) {
        if (records != null) {
            pending.add(records.drain());
            pending.expire(nowNanos);
            countLost();
        }
    }

    private void countLost() {
        long more = records.lost();
        lost += more;
        drops.add(Drop.PROBE_RING, more);
    }

    long copied() {
        return copied;
    }

    long lost() {
        return lost;
    }

    @Override
    public void close() {
        if (records != null) {
            records.close();
        }
    }
}
