package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    /** Of this thread alone, whatever else the machine does; what is not linear in 64 KiB takes longer. */
    private static final long CPU_NANOS_MAX = 5_000_000_000L;

    private static final String IMDS_TOKEN = "AQAEAJ8Zk3JxXyV0dGhpc2lzbm90YXJlYWx0b2tlbmF0YWxsLi4uMQ==";

    /** Arguments parted by {@code ␣}; SECRET must be gone and the rest must be as it stands behind the arrow. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl␣-H␣X-aws-ec2-metadata-token: SECRET␣http://h/ → curl␣-H␣X-aws-ec2-metadata-token: [redacted]␣http://h/",
                "curl␣-HX-aws-ec2-metadata-token:SECRET → curl␣-HX-aws-ec2-metadata-token:[redacted]",
                "wget␣--header=X-AWS-EC2-Metadata-Token: SECRET␣x → wget␣--header=X-AWS-EC2-Metadata-Token: [redacted]␣x",
                "curl␣-H␣X-aws-ec2-metadata-token-ttl-seconds: 21600 → curl␣-H␣X-aws-ec2-metadata-token-ttl-seconds: 21600",
                "http␣h␣X-aws-ec2-metadata-token:SECRET → http␣h␣X-aws-ec2-metadata-token:[redacted]",
                "x␣--token␣SECRET␣y → x␣--token␣[redacted]␣y",
                "x␣-token␣SECRET → x␣-token␣[redacted]",
                "x␣--token=SECRET with blanks → x␣--token=[redacted]",
                "x␣--secret␣--token␣SECRET → x␣--secret␣[redacted]␣[redacted]",
                "x␣--password␣SECRET␣--host␣h → x␣--password␣[redacted]␣--host␣h",
                "x␣--client-secret=SECRET → x␣--client-secret=[redacted]",
                "x␣--token-file␣/run/t␣--password-file=/p → x␣--token-file␣/run/t␣--password-file=/p",
                "x␣--secret-string␣SECRET → x␣--secret-string␣[redacted]",
                "x␣--api-key␣SECRET␣--apikey=SECRET → x␣--api-key␣[redacted]␣--apikey=[redacted]",
                "x␣--pass␣SECRET → x␣--pass␣[redacted]",
                "x␣--bypass␣y␣--compass=n → x␣--bypass␣y␣--compass=n",
                "env␣AWS_SECRET_ACCESS_KEY=SECRET␣AWS_SESSION_TOKEN=SECRET␣aws␣s3 → env␣AWS_SECRET_ACCESS_KEY=[redacted]␣AWS_SESSION_TOKEN=[redacted]␣aws␣s3",
                "env␣DB_PASS=SECRET␣PGPASSWORD=SECRET␣x → env␣DB_PASS=[redacted]␣PGPASSWORD=[redacted]␣x",
                "aws␣configure␣set␣aws_secret_access_key␣SECRET → aws␣configure␣set␣aws_secret_access_key␣[redacted]",
                "aws␣configure␣set␣profile.dev.aws_session_token␣SECRET → aws␣configure␣set␣profile.dev.aws_session_token␣[redacted]",
                "x␣http://user:SECRET@host/p?q=1 → x␣http://user:[redacted]@host/p?q=1",
                "git␣clone␣https://SECRET@github.com/x → git␣clone␣https://[redacted]@github.com/x",
                "x␣http://h/p?a=1&token=SECRET&b=2 → x␣http://h/p?a=1&token=[redacted]&b=2",
                "x␣https://h/?X-Amz-Signature=SECRET&X-Amz-Date=1 → x␣https://h/?X-Amz-Signature=[redacted]&X-Amz-Date=1",
                "curl␣-u␣me:SECRET␣http://h → curl␣-u␣me:[redacted]␣http://h",
                "curl␣-ume:SECRET → curl␣-ume:[redacted]",
                "curl␣--user␣me:SECRET → curl␣--user␣me:[redacted]",
                "docker␣run␣-u␣1000:1000␣x → docker␣run␣-u␣1000:1000␣x",
                "curl␣-H␣Authorization: Bearer SECRET␣x → curl␣-H␣Authorization: [redacted]␣x",
                "curl␣-H␣authorization: Basic U0VDUkVUOlNFQ1JFVA== → curl␣-H␣authorization: [redacted]",
                "curl␣-b␣session=SECRET␣x → curl␣-b␣[redacted]␣x",
                "curl␣-H␣Cookie: a=SECRET; b=SECRET → curl␣-H␣Cookie: [redacted]",
                "mysql␣-pSECRET␣db → mysql␣-p[redacted]␣db",
                "mysqldump␣--password=SECRET → mysqldump␣--password=[redacted]",
                "sshpass␣-p␣SECRET␣ssh␣h → sshpass␣-p␣[redacted]␣ssh␣h",
                "redis-cli␣-a␣SECRET␣ping → redis-cli␣-a␣[redacted]␣ping",
                "sh␣-c␣curl -H 'X-aws-ec2-metadata-token: SECRET' http://h/ → sh␣-c␣curl -H 'X-aws-ec2-metadata-token: [redacted]' http://h/",
                "sh␣-c␣curl -H X-aws-ec2-metadata-token:SECRET http://h/ → sh␣-c␣curl -H X-aws-ec2-metadata-token:[redacted] http://h/",
                "sh␣-c␣x --password SECRET --host h → sh␣-c␣x --password [redacted] --host h",
                "sh␣-c␣PASSWORD=SECRET; export PASSWORD; run → sh␣-c␣PASSWORD=[redacted]; export PASSWORD; run",
                "sh␣-c␣curl -u me:SECRET http://h → sh␣-c␣curl -u me:[redacted] http://h",
                "python3␣-c␣f(password='SECRET', x=1) → python3␣-c␣f(password=[redacted], x=1)",
                "curl␣-d␣{\"password\":\"SECRET\\\"SECRET\",\"a\":1} → curl␣-d␣{\"password\":[redacted],\"a\":1}",
                "curl␣-d␣{\"user\":\"u\",\"secret_key\" : \"SECRET\"} → curl␣-d␣{\"user\":\"u\",\"secret_key\" : [redacted]}",
                "sqlcmd␣Server=x;Password=SECRET;Db=y → sqlcmd␣Server=x;Password=[redacted];Db=y",
                "curl␣-s␣http://169.254.169.254/latest/api/token → curl␣-s␣http://169.254.169.254/latest/api/token",
                "python3␣tokenizer.py␣--max-tokens␣5 → python3␣tokenizer.py␣--max-tokens␣5",
                "x␣Bearer SECRETSECRET → x␣Bearer [redacted]",
                "python3␣-c␣r.add_header('X-aws-ec2-metadata-token','SECRET');go() → python3␣-c␣r.add_header('X-aws-ec2-metadata-token',[redacted]);go()",
                "python3␣-c␣r.add_header(\"X-aws-ec2-metadata-token\", 'SECRET') → python3␣-c␣r.add_header(\"X-aws-ec2-metadata-token\", [redacted])",
                "python3␣-c␣r.add_header('X-aws-ec2-metadata-token',t) → python3␣-c␣r.add_header('X-aws-ec2-metadata-token',t)",
                "x␣X-aws-ec2-metadata-token%3A%20SECRET → x␣X-aws-ec2-metadata-token%3A%20[redacted]",
                "x␣http://h/?X-aws-ec2-metadata-token=SECRET → x␣http://h/?X-aws-ec2-metadata-token=[redacted]",
                "x␣http://h/?a=1&X-Amz-Security-Token=SECRET&b=2 → x␣http://h/?a=1&X-Amz-Security-Token=[redacted]&b=2",
                "x␣tok=SECRET␣pw=SECRET␣sas=SECRET␣sig=SECRET␣auth=SECRET → x␣tok=[redacted]␣pw=[redacted]␣sas=[redacted]␣sig=[redacted]␣auth=[redacted]",
                "x␣http://h/?sv=1&sig=SECRET&se=2 → x␣http://h/?sv=1&sig=[redacted]&se=2",
                "x␣design=y␣--auth=basic␣tok␣pw␣author=me␣a,b%20c → x␣design=y␣--auth=basic␣tok␣pw␣author=me␣a,b%20c",
            })
    void secretsGoAndTheRestStays(String row) {
        String[] sides = row.split(" → ", 2);
        List<String> out = Redaction.of(List.of(sides[0].split("␣", -1)));
        assertEquals(sides[1], String.join("␣", out));
        assertFalse(String.join(" ", out).contains("SECRET\""), row);
    }

    @Test
    void whatLooksLikeASecretGoesWithoutAName() {
        for (String secret : List.of(
                IMDS_TOKEN,
                IMDS_TOKEN.substring(0, 30),
                "x" + "b".repeat(53) + "==",
                "AKIAIOSFODNN7EXAMPLE",
                "ASIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "IQoJ" + "b3JpZ2luX2Vj".repeat(10),
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef",
                "ghp_0123456789abcdefghijABCDEFGHIJ012345",
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----")) {
            assertEquals(List.of("x", "[redacted]"), Redaction.of(List.of("x", secret)), secret);
            assertFalse(
                    Redaction.of(List.of("sh", "-c", "run '" + secret + "' now"))
                            .get(2)
                            .contains(secret),
                    secret);
        }
    }

    @Test
    void aSessionTokenInAUrlGoesThoughASlashStandsBeforeIt() {
        for (String token : List.of(IMDS_TOKEN, IMDS_TOKEN.substring(0, 30), "x" + "b/".repeat(26) + "c==")) {
            assertEquals(
                    List.of("curl", "http://169.254.169.254/latest/[redacted]"),
                    Redaction.of(List.of("curl", "http://169.254.169.254/latest/" + token)));
        }
    }

    @Test
    void aSecretKeyBesideItsIdGoes() {
        List<String> out =
                Redaction.of(List.of("x", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        assertEquals(List.of("x", "[redacted]", "[redacted]"), out);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    @Timeout(300)
    void hostileTextsTakeNoLongerThanOthers() {
        for (String unit : List.of(
                "a",
                "token",
                "eyJ",
                "eyJaaaaaaaa.",
                "-",
                "http://",
                "http://a:",
                "AKIA",
                "=",
                "\"",
                "password=\"\\",
                "x:",
                "-u ",
                "AQAEA",
                "secret_",
                "token-",
                "bearer ",
                "@",
                " ")) {
            String text = unit.repeat(64 * 1024 / unit.length());
            long before = cpuNanos();
            Redaction.of(List.of("sh", "-c", text));
            assertTrue(cpuNanos() - before < CPU_NANOS_MAX, unit);
        }
    }

    @Test
    void aCommandLineIsBoundedInEveryDirection() {
        StringBuilder line = new StringBuilder("x\0");
        line.append("y".repeat(60_000)).append('\0');
        for (int i = 0; i < 500; i++) {
            line.append("z\0");
        }
        List<String> out = CommandLine.arguments(
                line.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), CommandLine.BYTES_MAX);
        assertEquals(65, out.size());
        assertEquals(CommandLine.ARGUMENT_BYTES_MAX + 1, out.get(1).length());
        assertEquals("… (438 more)", out.get(64));
    }

    @Test
    void aSecretOnTheEdgeOfWhatIsKeptGoesToo() {
        for (int shift = 0; shift < 70; shift++) {
            String argument =
                    "p".repeat(CommandLine.ARGUMENT_BYTES_MAX - shift) + " " + IMDS_TOKEN.replace("AQAEA", "BQBEB");
            List<String> out = CommandLine.arguments(
                    ("x\0" + argument + "\0").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                    CommandLine.BYTES_MAX);
            assertFalse(out.get(1).contains("BQBEB"), "shift " + shift);
        }
    }

    @Test
    void bytesAreEscaped() {
        List<String> out =
                CommandLine.arguments(new byte[] {'a', '\n', (byte) 0xff, 0, 27, '[', 'm', 0}, CommandLine.BYTES_MAX);
        assertEquals(List.of("a\\x0a\\xff", "\\x1b[m"), new ArrayList<>(out));
    }
}
