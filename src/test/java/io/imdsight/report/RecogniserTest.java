package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Caller;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecogniserTest {
    private final Recogniser recogniser = new Recogniser(ClientTable.load());

    private Recognition of(Caller c, String agent, Found found) {
        CallerKey key = new CallerKey(c.executable(), c.title(), null, null, null, "root", agent, null);
        return recogniser.recognise(key, new CallerProfile(key, c, List.of(), 0, 0), found);
    }

    private String id(Caller c, String agent) {
        Recognition r = of(c, agent, Found.NOTHING);
        return r == null ? null : r.client().id();
    }

    @Test
    void whatTheKernelSaysGoesBeforeWhatARequestSaysOfItself() {
        assertEquals("curl", id(Findings.curl("-A", "Botocore/1.43"), "Botocore/1.43"));
        assertEquals("squid", id(Findings.process("/usr/sbin/squid", "squid", "squid"), "curl/7.88.1"));
        assertEquals(
                "imdsight",
                id(Findings.process("/usr/lib/imdsight/runtime/bin/java", "java imdsight.jar", "java"), "imdsight"));
        assertEquals("kube2iam", id(Findings.process("/bin/kube2iam", "kube2iam", "kube2iam"), "aws-sdk-go/1.25.37"));
    }

    @Test
    void aScriptIsRecognisedByItsNameAndGetsItsPackagesVersion() {
        Caller c = Findings.process(
                "/usr/bin/python3.11", "python3 ec2metadata", "/usr/bin/python3", "/usr/bin/ec2metadata");
        Recognition r =
                of(c, "Python-urllib/3.11", new Found("cloud-guest-utils", "0.31-22-g45fe84a5-0ubuntu1", List.of()));
        assertEquals("ec2metadata", r.client().id());
        assertEquals("0.31", r.version());
        assertFalse(r.speaksV2());
        assertEquals(
                "aws-cli", id(Findings.process("/usr/bin/python3", "python3 aws", "python3", "/usr/bin/aws"), null));
    }

    @Test
    void aJarOnTheClassPathCountsForLessThanTheUserAgent() {
        Caller c = Findings.process(
                "/usr/bin/java",
                "java App",
                "java",
                "-cp",
                "/a/eureka-client-1.9.25.jar:/a/aws-java-sdk-core-1.11.600.jar",
                "App");
        assertEquals("java-v1", id(c, "aws-sdk-java/1.11.600 Linux"));
        assertEquals("eureka", id(c, "eureka-java-client"));
        Caller old =
                Findings.process("/usr/bin/java", "java App", "java", "-cp", "/a/aws-java-sdk-core-1.9.13.jar", "App");
        Recognition r = of(old, "Java/17.0.15", Found.NOTHING);
        assertEquals("java-v1 1.9.13", r.client().id() + " " + r.version());
        assertFalse(r.speaksV2());
    }

    @Test
    void anUnknownProgramStaysUnknownAndALanguageIsTheLastResort() {
        assertNull(id(Findings.process("/opt/acme/agent", "agent", "agent"), "acme/1"));
        assertEquals("python", id(Findings.process("/usr/bin/python3.11", "python3 x.py", "python3", "x.py"), null));
    }

    @Test
    void versionsAreComparedNumberByNumber() {
        assertTrue(Versions.compare("1.13.9", "1.13.25") < 0);
        assertTrue(Versions.compare("2.0", "1.99.99") > 0);
        assertEquals(0, Versions.compare("1.2", "1.2.0"));
        assertTrue(Versions.compare("99999999999999999999.1", "2") > 0);
        assertEquals("7.88.1", Versions.upstream("1:7.88.1-10+deb12u15"));
        assertNull(Versions.upstream("abc"));
    }

    @Test
    void everySectionSaysWhatItNeedsAndHasASignToBeRecognisedBy() {
        for (Client c : ClientTable.load()) {
            assertTrue(!c.signs().isEmpty() || !c.atRest().isEmpty(), c.id());
            assertTrue(!c.change().isBlank() && !c.source().isBlank(), c.id());
            assertTrue(!c.hasFirstVersion() || c.since().matches("[0-9.]+"), c.id() + " " + c.since());
        }
    }
}
