package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes whose path, arguments, name, parent, user's name, User-Agent and request target are each an attempt to forge output (forgeries.py),
 * while every mode runs once; afterwards each output has to have the structure that it has without them.
 */
@Timeout(300)
class ForgedOutputIT {
    private static final int SECONDS_MAX = 240;

    private static final String SCRIPT = """
            chmod 755 . && mkdir searched searched/state searched/state2 callers && chmod 711 callers
            printf 'root:x:0:0::/:/bin/sh\\n"\\033[31m<forged>}\\342\\200\\256\\\\,x=x:x:4711:4711::/:/bin/sh\\n' >passwd
            mount --bind passwd /etc/passwd
            said() { n=0; until grep -q "$1" "$2"; do n=$((n+1)); [ $n -lt 1200 ] || { cat "$2"; exit 97; }; sleep 0.05; done; }
            cd searched
            agent() { "$PROGRAM" agent --config /dev/null "$@" & agent="$agent $!"; }
            agent --no-ledger --listen none --format text >calls.text 2>calls.text.err
            agent --no-ledger --listen none --format json >calls.json 2>calls.json.err
            : >log.json; : >log.text
            export JOURNAL_STREAM="$(stat -c %d:%i log.text)"
            agent --log callers --format text --log-every 1m --feed feed/ --emf emf --cloudwatch-top-callers 100 --state-dir state >>log.text 2>log.text.err
            services=${agent##* }
            export JOURNAL_STREAM="$(stat -c %d:%i log.json)"
            agent --log callers --format json --log-every 1m --listen none --state-dir state2 >>log.json 2>log.json.err
            services="$services ${agent##* }"
            unset JOURNAL_STREAM
            "$PROGRAM" audit --config /dev/null --for 10m --json audit.json --html audit.html >audit.txt 2>audit.txt.err & agent="$agent $!"
            python3 ../sniff.py ../capture.pcap >../sniff & agent="$agent $!"
            said listening ../sniff
            for f in calls.text calls.json log.json audit.txt; do said watching $f.err; done
            said 'health are at' log.text.err
            python3 ../forgeries.py ../forger ../callers >../served
            sleep 3
            kill -USR1 $services
            sleep 1
            """;

    private static final String END = """
            for what in metrics healthz; do curl -q -s -m 10 http://127.0.0.1:16925/$what >$what; done
            curl -q -s -m 10 -H 'Accept: application/openmetrics-text; version=1.0.0' http://127.0.0.1:16925/metrics >openmetrics
            kill $agent
            wait $agent || true
            agent=
            "$PROGRAM" audit --config /dev/null --from-ledger --state-dir state --json ledger.json --html ledger.html >ledger.txt 2>ledger.txt.err || true
            for format in text json; do "$PROGRAM" replay --config /dev/null --format $format ../capture.pcap >replay.$format 2>replay.$format.err; done
            python3 -c 'import sqlite3; print(sqlite3.connect("state/ledger.db").execute("PRAGMA integrity_check").fetchall())' >../integrity
            if command -v promtool >../promtool; then promtool check metrics <metrics >../promtool 2>&1 || true; else echo SKIPPED >../promtool; fi
            """;

    @TempDir
    Path directory;

    private AgentScript machine;

    @BeforeEach
    void lay() throws Exception {
        AgentScript.needsRoot();
        machine = new AgentScript(directory, SECONDS_MAX);
        for (String name : List.of("forgeries.py", "sniff.py", "forger.c")) {
            try (InputStream in = ForgedOutputIT.class.getResourceAsStream(name)) {
                Files.write(directory.resolve(name), in.readAllBytes());
            }
        }
        Process gcc = new ProcessBuilder("gcc", "-O2", "-o", "forger", "forger.c")
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertEquals(0, gcc.waitFor(), "gcc");
    }

    @Test
    void noOutputChangesItsStructureWhateverCallersCallThemselves() throws Exception {
        assertEquals(0, machine.withService(SCRIPT + END), () -> everything());
        String[] served = machine.read("served").strip().split(" ", -1);
        int calls = Integer.parseInt(served[1]);
        assertEquals(served[1], served[0], "every attempt is a call that was served");
        assertTrue(calls > 30);
        ForgedOutputs outputs = new ForgedOutputs(directory.resolve("searched"));
        new ForgedLines(outputs, calls).areWhole();
        new ForgedFiles(outputs, calls).areWhole();
        assertEquals("[('ok',)]", machine.read("integrity").strip());
        String promtool = machine.read("promtool");
        if (promtool.startsWith("SKIPPED")) {
            System.out.println("SKIPPED: no promtool here; the text format was read by this test alone");
        }
        assertFalse(promtool.contains("error"), promtool);
    }

    private String everything() {
        return machine.everything();
    }
}
