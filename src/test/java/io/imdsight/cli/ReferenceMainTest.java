package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Manual pages and completions are written from the commands. */
class ReferenceMainTest {
    private final CommandLine root = ReferenceMain.commands();
    private final Map<String, String> files = ReferenceMain.files(root, LocalDate.of(2026, 1, 2));

    @Test
    void everyCommandAndEveryFlagIsInThePagesAndInEveryShell() {
        String bash = files.get("bash-completion/completions/imdsight");
        String zsh = files.get("zsh/vendor-completions/_imdsight");
        String fish = files.get("fish/vendor_completions.d/imdsight.fish");
        root.getSubcommands().forEach((name, command) -> {
            String page = files.get("man/man1/imdsight-" + name + ".1");
            assertTrue(files.get("man/man1/imdsight.1").contains("imdsight\\-" + name), name);
            assertTrue(
                    bash.contains(name) && zsh.contains("'" + name + ":") && fish.contains("-a " + name + " "), name);
            for (OptionSpec flag : Described.flags(command.getCommandSpec())) {
                String plain = flag.longestName();
                assertTrue(page.contains(plain.replace("-", "\\-")), name + " " + plain);
                assertTrue(bash.contains(plain), name + " " + plain);
                assertTrue(zsh.contains("'" + plain + "[") || zsh.contains("'*" + plain + "["), name + " " + plain);
                assertTrue(fish.contains(" -l " + plain.substring(2) + " "), name + " " + plain);
            }
        });
    }

    @Test
    void whatIsHiddenIsNowhere() {
        files.forEach((path, text) -> assertTrue(!text.contains(DemoCommand.INSIDE), path));
    }

    @Test
    void noLineOfAPageIsTakenForARequestThatItIsNot() {
        files.forEach((path, text) -> {
            if (path.startsWith("man/")) {
                text.lines()
                        .filter(l -> l.startsWith(".") || l.startsWith("'"))
                        .forEach(l -> assertTrue(l.matches("\\.(TH|SH|TP|B|I|BR|IB|RI|nh|ad)( .*)?"), path + ": " + l));
            }
        });
    }

    @Test
    void twoRunsWriteTheSame() {
        assertEquals(files, ReferenceMain.files(ReferenceMain.commands(), LocalDate.of(2026, 1, 2)));
    }
}
