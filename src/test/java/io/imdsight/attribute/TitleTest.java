package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TitleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/bin/curl|-s|x → curl",
                "/usr/bin/python3|/opt/jobs/nightly-sync.py|--all → python3 nightly-sync.py",
                "python3.11|-u|-W|ignore|a.py → python3.11 a.py",
                "python|-m|http.server → python -m http.server",
                "python3|-c|import os → python3 -c",
                "python3|-Bc|import os → python3 -c",
                "python3 → python3",
                "sh|-c|curl x → sh -c",
                "/bin/bash|-xec|curl x → bash -c",
                "-bash → bash",
                "bash|--rcfile|/x|run.sh → bash run.sh",
                "sh|-e|./run.sh|a → sh run.sh",
                "node|--max-old-space-size=64|-r|dotenv|/srv/app.js → node app.js",
                "node|-e|1 → node -e",
                "ruby|-I|lib|x.rb → ruby x.rb",
                "perl|-Mstrict|-we|1 → perl -e",
                "perl|/opt/a.pl → perl a.pl",
                "php|-d|a=b|index.php → php index.php",
                "php8.2|-r|1 → php8.2 -r",
                "java|-Xmx1g|-cp|/a:/b|com.example.Main|x → java com.example.Main",
                "java|-jar|/opt/app.jar → java app.jar",
                "java|--module-path|m|-m|mod/x.Y → java mod/x.Y",
                "busybox|wget|x → wget",
                "wget|-q|x → wget",
                "sh|--|-x.sh → sh -x.sh",
                "sh|- → sh",
                "nginx: worker process → nginx: worker process",
            })
    void isWhatAPersonWouldSay(String row) {
        String[] sides = row.split(" → ", 2);
        assertEquals(sides[1], Title.of(List.of(sides[0].split("\\|", -1)), "/x/exe", "name"));
    }

    @Test
    void withoutACommandLineTheProgramOrTheKernelsNameStands() {
        assertEquals("curl", Title.of(null, "/usr/bin/curl", "name"));
        assertEquals("name", Title.of(null, null, "name"));
        assertEquals("name", Title.of(List.of(), null, "name"));
        assertEquals("exe", Title.of(List.of(""), "/x/exe", "name"));
        assertEquals("/", Title.of(List.of("///"), null, "name"));
    }
}
