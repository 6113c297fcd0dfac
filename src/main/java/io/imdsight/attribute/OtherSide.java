package io.imdsight.attribute;

/** Finds to what one side knows of a connection what the other does, where names and times do not say it at once. Guarded by the witness. */
final class OtherSide {
    /** How many SYNs are looked at for one that may be that of a connect whose port the kernel did not say. */
    private static final int SYNS_MAX = 256;

    private final WatchedTable table;

    OtherSide(WatchedTable table) {
        this.table = table;
    }

    /** Its SYN was missed, or a clock was set between record and packet. Only what nothing nearer was found for comes here. */
    Watched connectOf(Watched seen) {
        return table.nearest(
                seen.tuple,
                k -> k.seenByKernel() && !k.seenByCapture() && !k.decided ? apart(k, seen.openedNanos) : -1);
    }

    /**
     * The same the other way round.
     *
     * @param uncertain whether what the kernel said of it may not be all
     */
    Watched sightOf(Watched kernel, boolean uncertain) {
        return kernel.tuple == null
                ? synOf(kernel, uncertain)
                : table.nearest(kernel.tuple, c -> c.seenByKernel() || c.decided ? -1 : apart(kernel, c.openedNanos));
    }

    private static long apart(Watched kernel, long packetNanos) {
        long apart = kernel.apartNanos(packetNanos);
        return apart > Witness.APART_NANOS_MAX ? -1 : apart;
    }

    /** The SYN of a connect that is still half-open, or whose later records were lost: from its address, to its service, at its time. */
    private Watched synOf(Watched w, boolean uncertain) {
        if (w.closedNanos != Watched.NEVER && !uncertain) {
            return null;
        }
        int looks = 0;
        for (Watched c : table.captured()) {
            if ((uncertain || !c.spoke)
                    && Math.abs(c.openedNanos - w.startedNanos) <= Witness.SYN_NANOS_MAX
                    && c.source.equals(w.source)
                    && c.destination.equals(w.destination)) {
                return c;
            }
            if (++looks == SYNS_MAX) {
                return null;
            }
        }
        return null;
    }

    /** The connect that a sight belongs to: the capture forgets a connection that is silent for minutes, and takes it for a new one when it speaks again. */
    Watched connectOfLaterSight(Watched seen) {
        return table.nearest(seen.tuple, k -> isLaterSightOf(k, seen) ? 0 : -1);
    }

    /** The later sight of a connection that both have seen. */
    Watched laterSightOf(Watched kernel) {
        return table.nearest(kernel.tuple, c -> isLaterSightOf(kernel, c) ? 0 : -1);
    }

    private static boolean isLaterSightOf(Watched kernel, Watched seen) {
        return kernel.seenByKernel()
                && kernel.seenByCapture()
                && !seen.seenByKernel()
                && !seen.decided
                && seen.openedNanos > kernel.openedNanos
                && kernel.apartNanos(seen.openedNanos) == 0;
    }
}
