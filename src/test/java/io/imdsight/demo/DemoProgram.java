package io.imdsight.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Both halves of a demo without its reading part: what {@link DemoIT} starts, and starts again. */
final class DemoProgram {
    private DemoProgram() {}

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            List<String> command = new ArrayList<>(Demo.thisProgram(0));
            command.add("--inside");
            System.exit(Demo.reexec(command, System.err::println));
        }
        try (DemoSession session = DemoSession.open()) {
            System.out.println("interface " + session.interfaceName());
            session.runClients(line -> System.out.println("- " + line));
            session.requests()
                    .forEach(r -> System.out.println(r.version().label() + " " + r.method() + " " + r.target() + " "
                            + r.status() + " " + r.client()));
        }
        System.exit(7);
    }
}
