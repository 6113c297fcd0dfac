package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstalledPackagesTest {
    @Test
    void installedPackagesAreReadWithWhatIsBuiltIntoThem() throws IOException {
        String status = """
                Package: restic
                Status: install ok installed
                Version: 0.14.0-1+b5
                Built-Using: golang-1.19 (= 1.19.8-2),
                 golang-github-aws-aws-sdk-go (= 1.44.133-1)
                Description: Version: 9

                Package: gone
                Status: deinstall ok config-files
                Version: 1

                Package: cloud-guest-utils
                Status: install ok installed
                Version: 0.33-1
                """;
        assertEquals(
                List.of(
                        new InstalledPackages.Installed(
                                "restic",
                                "0.14.0-1+b5",
                                Map.of("golang-1.19", "1.19.8-2", "golang-github-aws-aws-sdk-go", "1.44.133-1")),
                        new InstalledPackages.Installed("cloud-guest-utils", "0.33-1", Map.of())),
                InstalledPackages.dpkg(new StringReader(status)));
    }

    @Test
    void rpmsLinesAreReadAndOthersLeftOut() throws IOException {
        assertEquals(
                List.of(new InstalledPackages.Installed("ec2-instance-connect", "1.1-9.amzn2", Map.of())),
                InstalledPackages.rpm(new StringReader("ec2-instance-connect 1.1-9.amzn2\nwarning: a b c\n")));
    }
}
