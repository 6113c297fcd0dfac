package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.decode.OtherParsers.Head;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where servers' readers of heads differ among themselves or from ours: the table of docs/classification.md. For each: what imdsight says if it is served,
 * and what Netty, Jetty, Jetty as for old clients, and Apache's library make of it.
 */
class HeadDifferencesTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            a blank in front of the colon | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN : t\\r\\n\\r\\n' | v1 | refused refused refused refused
            a folded line | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\r\\n TOKEN: t\\r\\n\\r\\n' | v1 | v1 refused v1 v1
            a folded line in front of all headers | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\n TOKEN: t\\r\\n\\r\\n' | v1 | v1 refused refused v1
            line feeds alone throughout | 'GET /a HTTP/1.1\\nHost: h\\nTOKEN: t\\n\\n' | v2 | refused v2 v2 v2
            a line feed alone in front of the token | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\nTOKEN: t\\r\\n\\r\\n' | undetermined | refused v2 v2 v2
            a line feed alone behind the token | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN: t\\nA: b\\r\\n\\r\\n' | v2 | refused v2 v2 v2
            a carriage return alone in front of the token | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\rTOKEN: t\\r\\n\\r\\n' | v1 | refused refused refused v1
            a carriage return and a line of its own | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\rc\\r\\nTOKEN: t\\r\\n\\r\\n' | undetermined | refused refused refused v2
            two carriage returns where a head may end | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\r\\n\\r\\r\\nTOKEN: t\\r\\n\\r\\n' | undetermined | refused refused refused refused
            a line of blanks where a head may end | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\r\\n \\r\\nTOKEN: t\\r\\n\\r\\n' | undetermined | v2 refused v2 v2
            a zero byte in an earlier value | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\0c\\r\\nTOKEN: t\\r\\n\\r\\n' | undetermined | refused refused refused v2
            a zero byte in the name | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN\\0: t\\r\\n\\r\\n' | v1 | refused refused refused v1
            no colon | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN\\r\\n\\r\\n' | v1 | refused refused v2 refused
            underscores | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nX_aws_ec2_metadata_token: t\\r\\n\\r\\n' | v1 | v1 v1 v1 v1
            given twice and empty | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN:\\r\\nTOKEN:\\r\\n\\r\\n' | v2 | v2 v2 v2 v2
            two blanks in the request line | 'GET  /a HTTP/1.1\\r\\nHost: h\\r\\nTOKEN: t\\r\\n\\r\\n' | v2 | v2 v2 v2 v2
            a tab in the request line | 'GET\\t/a\\tHTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' | undetermined | v1 refused refused v1
            a blank in front of the request line | ' GET /a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' | undetermined | v1 refused refused v1
            a blank behind the request line | 'GET /a HTTP/1.1 \\r\\nHost: h\\r\\n\\r\\n' | undetermined | refused refused refused v1
            empty lines in front | '\\r\\n\\r\\nGET /a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' | v1 | v1 v1 v1 v1
            a method in lower case | 'get /a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' | v1 | v1 v1 v1 v1
            a method that is no word | '#\\0GET /a HTTP/1.1\\r\\nHost: h\\r\\nA: b\\r\\n\\r\\n' | undetermined | refused refused refused v1
            HTTP/0.9 | 'GET /a\\r\\n\\r\\n' | undetermined | refused refused refused refused
            HTTP/1.2 | 'GET /a HTTP/1.2\\r\\n\\r\\n' | v1 | v1 refused refused v1
            HTTP/2.0 as a word | 'GET /a HTTP/2.0\\r\\n\\r\\n' | undetermined | v1 refused refused v1
            http in lower case | 'GET /a http/1.1\\r\\n\\r\\n' | undetermined | v1 refused refused refused
            an absolute target | 'GET http://h/a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' | v1 | v1 v1 v1 v1
            two lengths | 'GET /a HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\n' | v1 | refused refused refused v1
            a length beside chunks | 'POST /a HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n' | v1 | refused refused v1 v1
            """)
    void eachIsReadOnTheSafeSide(String what, String bytes, String ours, String others) {
        String text = bytes.translateEscapes().replace("TOKEN", "X-aws-ec2-metadata-token");
        StringJoiner all = new StringJoiner(" ");
        for (OtherParsers other : OtherParsers.values()) {
            Head h = other.read(text.getBytes(StandardCharsets.ISO_8859_1));
            all.add(h == null ? "refused" : HeadFuzzTest.isVersion1(h) ? "v1" : "v2");
        }
        List<Version> seen = HeadFuzzTest.versionsIfServed(text, 1);
        assertEquals(ours, seen.isEmpty() ? "none" : seen.getFirst().label());
        assertEquals(others, all.toString());
        HeadFuzzTest.compare(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
