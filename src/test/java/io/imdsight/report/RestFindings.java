package io.imdsight.report;

import io.imdsight.report.scan.PackageTable;
import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.RestingPackage;
import io.imdsight.report.scan.ScanBook;
import io.imdsight.report.scan.ScanResult;
import java.util.ArrayList;
import java.util.List;

/** What a scan of the disk finds on machines that tests make up. */
final class RestFindings {
    private RestFindings() {}

    /** As an administrator may see it. */
    static ScanResult usual() {
        ScanBook book = new ScanBook(new PackageTable(ClientTable.load()));
        String pom = "META-INF/maven/com.amazonaws/aws-java-sdk-core/pom.properties";
        String name = "com.amazonaws:aws-java-sdk-core";
        book.add(new RestingPackage(
                Ecosystem.MAVEN, name, "1.11.600", "/opt/billing/billing.war", "WEB-INF/lib/aws.jar → " + pom));
        book.add(new RestingPackage(Ecosystem.MAVEN, name, "1.11.600", "/opt/old/billing.war", pom));
        book.add(new RestingPackage(Ecosystem.MAVEN, name, "1.12.780", "/opt/new/billing.jar", pom));
        book.add(new RestingPackage(
                Ecosystem.PYTHON, "boto", "2.49.0", "/usr/lib/python3/dist-packages/boto-2.49.0.egg-info", null));
        book.add(new RestingPackage(
                Ecosystem.GO, "github.com/aws/aws-sdk-go", "1.25.37", "/usr/local/bin/backup", null));
        book.add(new RestingPackage(
                Ecosystem.SYSTEM, "ec2-instance-connect", "1.1-9.amzn2", "rpm: ec2-instance-connect", null));
        String script = "/opt/jobs/nightly-backup.sh";
        book.addScript(
                script,
                "asks the metadata service, and names the token header nowhere",
                List.of(new Found.ScriptLine(
                        script,
                        12,
                        "curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web-role")));
        book.missed("containers", "files of containers and their images are not looked at", null);
        book.missed(
                "time", "the time of --scan-time was up; what comes after this place was not looked at", "/var/lib");
        return book.result(List.of("/"), 123_456, 700L << 20, 41_000);
    }

    /** Each attempt in each field. */
    static ScanResult hostile() {
        List<PossibleCaller> found = new ArrayList<>();
        List<ScanResult.Miss> misses = new ArrayList<>();
        for (String a : HostilePage.ATTEMPTS) {
            List<Found.ScriptLine> lines = List.of(new Found.ScriptLine(a, 1, a));
            found.add(new PossibleCaller(a, a, a, a, a, a, a, a, a, lines, a, a));
            found.add(new PossibleCaller(a, null, a, null, a, null, a, a, null, lines, null, null));
            misses.add(new ScanResult.Miss(a, a, 2, a));
        }
        return new ScanResult(HostilePage.ATTEMPTS, found, 1, 1, 1, 1, 1, misses);
    }
}
