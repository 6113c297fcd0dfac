package io.imdsight.cli;

import io.imdsight.publish.Host;
import io.imdsight.publish.identity.MachineIdentity;
import io.imdsight.report.AuditReport;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Who this machine is, for the feed: what its own files say, and what CloudWatch's publisher has learnt. Asked for each time, for an agent that starts with
 * the boot is there before the machine has its name. One thread.
 */
final class ThisHost implements Supplier<Host> {
    private final MachineFacts facts;
    private final Supplier<MachineIdentity> learnt;

    /** Once known it stays: records of one machine under two ids would be two machines. */
    private String instanceId;

    /**
     * Asks nobody yet.
     *
     * @param root where the machine's files are, {@code /}
     * @param learnt gives null while nothing has been learnt; does not wait
     */
    ThisHost(Path root, Supplier<MachineIdentity> learnt) {
        this.facts = new MachineFacts(root);
        this.learnt = learnt;
    }

    @Override
    public Host get() {
        AuditReport.Machine machine = facts.machine();
        MachineIdentity identity = learnt.get();
        String known = identity == null ? null : identity.instanceId();
        if (instanceId == null) {
            instanceId = machine.instanceId() != null ? machine.instanceId() : known;
        }
        return new Host(
                instanceId,
                machine.hostName(),
                known == null ? null : "aws",
                known == null ? null : identity.region(),
                known == null ? null : identity.accountId());
    }
}
