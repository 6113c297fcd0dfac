package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Kind;
import io.imdsight.model.LinkUse;
import io.imdsight.model.Outcome;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A report in which every text that somebody else chose is an attempt to become markup or script. */
public final class HostilePage {
    /** Ways into a page; each sets a mark on the document if it gets through. */
    static final List<String> ATTEMPTS = List.of(
            "<script>document.title='pwned'</script>",
            "</script><script>document.title='pwned'</script>",
            "</style><script>document.title='pwned'</script>",
            "</title><script>document.title='pwned'</script>",
            "</textarea></pre></code></details><svg onload=document.title='pwned'>",
            "<img src=x onerror=\"document.title='pwned'\">",
            "\"><img src=x onerror=document.title='pwned'>",
            "' onmouseover='document.title=1' autofocus onfocus='document.title=\"pwned\"",
            "\" autofocus onfocus=\"document.title='pwned'\" x=\"",
            "javascript:document.title='pwned'",
            "<iframe srcdoc='<script>parent.document.title=1</script>'></iframe>",
            "<base href=http://127.0.0.1:9/><link rel=stylesheet href=//127.0.0.1:9/x.css>",
            "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
            "<!--",
            "]]><![CDATA[",
            "&lt;b&gt; &#60;b&#62; &amp;",
            "${7*7} {{constructor.constructor('document.title=1')()}}",
            "\u202e\u2066right to left\u2028\u0000\u001b[2J",
            "<form action=http://127.0.0.1:9/><input name=q autofocus><button>",
            "data:text/html,<script>document.title=1</script>");

    private HostilePage() {}

    /** The report: each attempt in each field. */
    public static AuditReport report() {
        Findings machine = new Findings();
        Map<CallerKey, Found> found = new HashMap<>();
        for (int i = 0; i < ATTEMPTS.size(); i++) {
            String a = ATTEMPTS.get(i);
            Caller parent = new Caller(2, a, List.of(a), a, 0, a, 0, null, null, null, List.of());
            Caller c = new Caller(3 + i, a, List.of(a, a), a, 0, a, 0, a, a, a, List.of(parent));
            Cause cause = Cause.values()[i % Cause.values().length];
            machine.v1(c, a, cause, "/" + a);
            Caller other = new Caller(90 + i, a, List.of(a), a, 0, a, 0, a, a, a, List.of(parent, parent));
            machine.v1(other, a, cause, "/latest/" + a);
            CallerKey key = new CallerKey(a, a, a, a, a, a, a, null);
            found.put(key, new Found(a, a, List.of(new Found.ScriptLine(a, i, a)), a, a));
        }
        machine.failure = ATTEMPTS.getFirst();
        Verdict v = machine.verdict();
        return AuditReport.of(
                        v,
                        machine.book.tallies(0, Long.MAX_VALUE),
                        found,
                        new AuditReport.Machine(ATTEMPTS.get(1), ATTEMPTS.get(2), ATTEMPTS.get(3)),
                        List.of(new LinkBudget(new LinkUse(ATTEMPTS.get(5), 40, 40, Findings.START), 3L, 0L)))
                .with(RestFindings.hostile());
    }

    /** A report as an administrator may see it. */
    public static AuditReport usual() {
        Findings machine = new Findings();
        Caller shell = new Caller(
                4,
                "/usr/bin/dash",
                List.of("sh", "/opt/jobs/nightly-backup.sh"),
                "sh nightly-backup.sh",
                0,
                "root",
                0,
                null,
                null,
                null,
                List.of());
        Caller curl = new Caller(
                5,
                "/usr/bin/curl",
                List.of("curl", "-s", "http://169.254.169.254/latest/meta-data/iam/security-credentials/web-role"),
                "curl",
                0,
                "root",
                0,
                "nightly.service",
                null,
                null,
                List.of(shell));
        Caller java = new Caller(
                6,
                "/usr/bin/java",
                List.of("java", "-jar", "billing.jar"),
                "java billing.jar",
                33,
                "billing",
                0,
                "billing.service",
                "3f4e5d6c7b8a99887766554433221100ffeeddccbbaa99887766554433221100",
                null,
                List.of());
        Caller python = Findings.process("/usr/bin/python3.11", "python3 inventory.py", "python3", "/srv/inventory.py");
        Caller agent = Findings.process("/opt/acme/bin/agentd", "agentd", "agentd", "--foreground");
        for (int i = 0; i < 12; i++) {
            machine.v1(curl, "curl/7.88.1", Cause.NEVER_TRIED, "/latest/meta-data/iam/security-credentials/web-role");
            machine.add(
                    agent,
                    "Go-http-client/1.1",
                    "/latest/meta-data/instance-id",
                    RequestHead.TOKEN,
                    Version.V2,
                    Kind.METADATA,
                    Outcome.SERVED,
                    null);
        }
        machine.v1(
                java,
                "aws-sdk-java/1.12.780 Linux/6.1",
                Cause.TOKEN_UNANSWERED,
                "/latest/meta-data/iam/security-credentials/");
        machine.add(
                java,
                "aws-sdk-java/1.12.780 Linux/6.1",
                "/latest/api/token",
                RequestHead.TOKEN_TTL,
                Version.V2,
                Kind.TOKEN,
                Outcome.UNANSWERED,
                null);
        machine.add(
                python,
                "python-requests/2.28.1",
                "/latest/meta-data/spot/instance-action",
                0,
                Version.V1,
                Kind.METADATA,
                Outcome.FAILED,
                Cause.NEVER_TRIED);
        machine.add(
                Findings.process("/usr/bin/node", "node app.js", "node", "app.js"),
                null,
                "/computeMetadata/v1/",
                0,
                Version.V1,
                Kind.FOREIGN,
                Outcome.FAILED,
                Cause.NEVER_TRIED);
        CallerKey key = new CallerKey(
                        "/usr/bin/curl", "curl", "nightly.service", null, null, "root", "curl/7.88.1", null)
                .withScript("/opt/jobs/nightly-backup.sh");
        Found found = new Found(
                "curl",
                "7.88.1-10+deb12u15",
                List.of(new Found.ScriptLine(
                        "/opt/jobs/nightly-backup.sh",
                        12,
                        "curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web-role")));
        Verdict v = machine.verdict();
        return AuditReport.of(
                        v,
                        machine.book.tallies(0, Long.MAX_VALUE),
                        Map.of(key, found),
                        new AuditReport.Machine("i-0123456789abcdef0", "web-1", "imdsight 0.1.0"),
                        List.of(new LinkBudget(
                                new LinkUse("ens5", 412, 96, Findings.START + Findings.MINUTE), 0L, 17L)))
                .with(RestFindings.usual());
    }
}
