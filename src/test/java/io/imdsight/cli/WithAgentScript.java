package io.imdsight.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests have that run scripts around the assembled agent: a directory, and the script that runs there. */
abstract class WithAgentScript {
    @TempDir
    Path directory;

    AgentScript script;

    @BeforeAll
    static void needsRoot() throws IOException {
        AgentScript.needsRoot();
    }

    @BeforeEach
    void makeScript() {
        script = new AgentScript(directory, secondsMax());
    }

    /** How long a script may take. */
    int secondsMax() {
        return AgentScript.SECONDS_MAX;
    }
}
