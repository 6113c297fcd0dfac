package io.imdsight.evidence;

import io.imdsight.demo.PrivateNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Who really called: starts the clients and notes what their parent knows of each, its process id and its command line with a number of its own. */
final class Truth {
    static final String ADDRESS = "169.254.169.254";

    private final String program;
    private final String how;
    private final Map<Integer, Long> pids = new HashMap<>();

    private Truth(String program, String how) {
        this.program = program;
        this.how = how;
    }

    /** Lets the clients of a cell call; returns when the last has ended. To be called by a thread on the machine's side of the network. */
    static Truth run(Tools tools, Cell cell, PrivateNetwork network) throws IOException, InterruptedException {
        network.machineGuard().check();
        Truth truth = new Truth(tools.tiny(), cell.how());
        Process launcher = new ProcessBuilder(
                        tools.tiny(),
                        "launch",
                        "0",
                        Integer.toString(cell.clients()),
                        Integer.toString(cell.burst()),
                        Integer.toString(cell.gapMicros()),
                        ADDRESS,
                        cell.how())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader in = launcher.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", 3); // client NUMBER PID
                truth.pids.put(Integer.valueOf(words[1]), Long.valueOf(words[2]));
            }
        }
        if (launcher.waitFor() != 0 || truth.pids.size() != cell.clients()) {
            throw new IOException("the clients' launcher failed");
        }
        return truth;
    }

    int clients() {
        return pids.size();
    }

    /** The process id of a client; -1 where there is none of that number. */
    long pid(int number) {
        return pids.getOrDefault(number, -1L);
    }

    boolean isClient(long pid) {
        return pids.containsValue(pid);
    }

    private List<String> arguments(int number) {
        return List.of(program, how, Integer.toString(number), ADDRESS);
    }

    /** As JSON strings, the last one as {@code Escaped} writes it. */
    String argumentsJson(int number) {
        String last = "x\\\\x0ay\\\\x1b[31m\\\\xff";
        return arguments(number).stream().map(a -> '"' + a + "\",").collect(Collectors.joining()) + '"' + last + '"';
    }

    /** As in /proc, in hexadecimal. */
    String argumentsHex(int number) {
        String text = String.join("\0", arguments(number)) + "\0x\ny\033[31m\u00ff\0";
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
