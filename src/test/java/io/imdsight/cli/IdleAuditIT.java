package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What an audit costs where there is nothing to see: most of it is its start and its verdict. Half a minute in every build; the ten minutes with
 * {@code -Dimdsight.idle.seconds=600}.
 */
class IdleAuditIT extends WithAgentScript {
    private static final int SECONDS = Integer.getInteger("imdsight.idle.seconds", 30);

    /** For ten minutes; so all the more for less. */
    private static final double CPU_SECONDS_MAX = 2;

    /** The last line of POSIX {@code times}: user and system time of all that the shell has waited for. */
    private static final Pattern TIMES = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s\\s*$");

    @Override
    int secondsMax() {
        return 120 + SECONDS;
    }

    @Test
    void anAuditOfAnIdleMachineTakesLessThanTwoSecondsOfCpu() throws Exception {
        // only the shell's own time is spent before, and that is not counted
        int status = script.bare("""
                ip link set lo up
                ip addr add 169.254.169.254/32 dev lo
                sh -c 'status=0
                    "$PROGRAM" audit --config /dev/null --interface lo --for SECONDSs --window-min 1s --json report.json >out 2>err || status=$?
                    times >times; exit $status'
                """.replace("SECONDSs", SECONDS + "s"));
        // whoever connects in another network namespace of the machine meanwhile makes it inconclusive, and takes CPU
        assertTrue(status == ExitStatus.DONE || status == ExitStatus.INCONCLUSIVE, () -> script.everything());
        Matcher m = TIMES.matcher(script.read("times"));
        assertTrue(m.find(), script.read("times"));
        double seconds = seconds(m, 1) + seconds(m, 3);
        System.out.printf("an idle audit of %d s: %.2f s of CPU%n", SECONDS, seconds);
        assertTrue(seconds < CPU_SECONDS_MAX, seconds + " s of CPU");
        assertTrue(script.read("out").contains("requests:    none"), script.read("out"));
    }

    private static double seconds(Matcher m, int group) {
        return 60 * Double.parseDouble(m.group(group)) + Double.parseDouble(m.group(group + 1));
    }
}
