package io.imdsight.cli;

import java.util.List;

/** One thing that {@code doctor} looks at. It changes nothing that outlives it, and sends no packet. */
@FunctionalInterface
interface Check {
    /** Looks; what cannot be told is a finding, not an exception. */
    List<Finding> look();
}
