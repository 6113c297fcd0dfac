package io.imdsight.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Answer;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Kind;
import io.imdsight.model.Link;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One test a rule of docs/classification.md, named after its tag. */
class ClassifierTest {
    static final Connection CONNECTION = new Connection(IpAddress.parse("10.0.0.5"), 40000, IpAddress.IMDS_V4, 80);

    static Exchange exchange(String method, String target, int headers, boolean complete, Answer answer) {
        return new Exchange(
                1000,
                Link.UNKNOWN,
                CONNECTION,
                900,
                new RequestHead(method, target, null, headers, complete),
                0,
                answer);
    }

    static Answer status(int code) {
        return new Answer(Answer.State.RECEIVED, code);
    }

    private static Version version(String method, int headers, boolean complete) {
        return Classifier.classify(exchange(method, "/latest/meta-data/", headers, complete, status(200)))
                .version();
    }

    private static Classification of(String method, String target, int headers) {
        return Classifier.classify(exchange(method, target, headers, true, status(200)));
    }

    private static PathClass pathClass(String target) {
        return of("GET", target, 0).pathClass();
    }

    @Test
    void v1_theTokenHeaderMakesARequestVersion2() {
        assertEquals(Version.V2, version("GET", RequestHead.TOKEN, true));
        assertEquals(Version.V2, version("GET", RequestHead.TOKEN | RequestHead.TOKEN_TTL, true));
    }

    @Test
    void v3_theTtlHeaderMakesAPutVersion2() {
        assertEquals(Version.V2, version("PUT", RequestHead.TOKEN_TTL, true));
    }

    @Test
    void v4_theTtlHeaderAloneOnAnotherMethodProvesNothing() {
        assertEquals(Version.V1, version("GET", RequestHead.TOKEN_TTL, true));
        assertEquals(Version.V1, version("HEAD", RequestHead.TOKEN_TTL, true));
        assertEquals(Version.UNDETERMINED, version("GET", RequestHead.TOKEN_TTL, false));
    }

    @Test
    void v5_aCompleteHeadWithNeitherIsVersion1() {
        assertEquals(Version.V1, version("GET", 0, true));
        assertEquals(Version.V1, version("PUT", RequestHead.FORWARDED_FOR, true));
    }

    @Test
    void v7_aCutHeadIsVersion2IfTheHeaderWasSeenAndUndeterminedOtherwise() {
        assertEquals(Version.V2, version("GET", RequestHead.TOKEN, false));
        assertEquals(Version.V2, version("PUT", RequestHead.TOKEN_TTL, false));
        assertEquals(Version.UNDETERMINED, version("GET", 0, false));
        assertEquals(Version.UNDETERMINED, version(null, 0, false));
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /latest/api/token, TOKEN",
        "PUT, /2021-07-15/api/token?x=1, TOKEN",
        "PUT, /latest/%61pi//token, TOKEN",
        "GET, /latest/api/token, METADATA",
        "PUT, /latest/meta-data/api/token, METADATA",
        "PUT, /api/token, METADATA",
    })
    void k1_putOfTheTokenPathIsAskingForAToken(String method, String target, Kind kind) {
        assertEquals(kind, of(method, target, RequestHead.TOKEN_TTL).kind());
    }

    @ParameterizedTest
    @CsvSource({
        "/computeMetadata/v1/instance/?recursive=true, FOREIGN",
        "/metadata/instance?api-version=2021-02-01, FOREIGN",
        "/metadata/identity/oauth2/token, FOREIGN",
        "/opc/v2/instance/, FOREIGN",
        "/openstack/latest/meta_data.json, FOREIGN",
        "/metadatax, METADATA",
        "/latest/metadata/instance, METADATA",
    })
    void k2_anotherCloudsPathIsForeign(String target, Kind kind) {
        Classification c = of("GET", target, 0);
        assertEquals(kind, c.kind());
        assertEquals(kind == Kind.FOREIGN, c.pathClass() == PathClass.FOREIGN);
        assertTrue(c.countsAsNoToken());
    }

    @Test
    void k3_anotherCloudsHeaderIsForeignUnlessThePathLiesInTheEc2Tree() {
        assertEquals(Kind.FOREIGN, of("GET", "/", RequestHead.GOOGLE).kind());
        assertEquals(Kind.FOREIGN, of("GET", "/whatever", RequestHead.AZURE).kind());
        assertEquals(
                Kind.METADATA,
                of("GET", "/latest/meta-data/iam/security-credentials/x", RequestHead.AZURE)
                        .kind());
        assertEquals(
                Kind.METADATA, of("GET", "/1.0/user-data", RequestHead.GOOGLE).kind());
    }

    @Test
    void k4_everythingElseIsMetadata() {
        assertEquals(Kind.METADATA, of("GET", "/favicon.ico", 0).kind());
        assertEquals(Kind.METADATA, of(null, null, 0).kind());
    }

    @ParameterizedTest
    @CsvSource({
        "200, SERVED",
        "299, SERVED",
        "401, REFUSED",
        "403, REFUSED",
        "400, FAILED",
        "404, FAILED",
        "405, FAILED",
        "301, FAILED",
        "503, FAILED"
    })
    void o1_theStatusDecidesTheOutcome(int code, Outcome outcome) {
        assertEquals(outcome, Classifier.outcome(status(code)));
    }

    @Test
    void o2_o3_o4_withoutAnAnswerThatArrivedItIsUnansweredAndWithoutKnowledgeUndetermined() {
        assertEquals(Outcome.UNANSWERED, Classifier.outcome(Answer.NONE));
        assertEquals(Outcome.UNANSWERED, Classifier.outcome(new Answer(Answer.State.LOST_ON_THE_WAY, 200)));
        assertEquals(Outcome.UNDETERMINED, Classifier.outcome(Answer.HIDDEN));
    }

    @ParameterizedTest
    @CsvSource({
        "/latest/meta-data/iam/security-credentials, CREDENTIALS",
        "/latest/meta-data/iam/security-credentials/, CREDENTIALS",
        "/2021-07-15/meta-data/iam/security-credentials/role?x, CREDENTIALS",
        "/latest//meta-data/iam%2Fsecurity%2dcredentials/role, CREDENTIALS",
        "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance, CREDENTIALS",
        "/latest/meta-data/identity-credentials/ec2/info, META_DATA",
        "/latest/meta-data/iam/info, META_DATA",
        "/latest/meta-data/iam/security-credentialsx, META_DATA",
        "/latest/meta-data, META_DATA",
        "/1.0/meta-data/ami-id, META_DATA",
        "/latest/dynamic/instance-identity/document, IDENTITY",
        "/latest/dynamic/instance-identity, IDENTITY",
        "/latest/dynamic/fws/instance-monitoring, DYNAMIC",
        "/latest/dynamic/, DYNAMIC",
        "/latest/user-data, USER_DATA",
        "/2009-04-04/user-data/, USER_DATA",
        "/latest/api/token, TOKEN",
        "/, LISTING",
        "/latest, LISTING",
        "/latest/, LISTING",
        "/2016-09-02/, LISTING",
        "/Latest/meta-data, OTHER",
        "/latestx/meta-data, OTHER",
        "/meta-data, OTHER",
        "/latest/other, OTHER",
        "*, OTHER",
        "/latest/api/token/, OTHER",
        "/12345678901/meta-data, OTHER",
        "/%, OTHER",
        "/%zz%2, OTHER",
    })
    void p1_to_p5_thePathNamesAPartOfTheTree(String target, PathClass expected) {
        assertEquals(expected, pathClass(target));
    }

    @Test
    void p5_aPathThatWasNotSeenIsOther() {
        assertEquals(PathClass.OTHER, pathClass(null));
    }

    @Test
    void c1_theTwoCountsOfAws() {
        assertTrue(of("GET", "/latest/", 0).countsAsNoToken());
        assertFalse(of("GET", "/latest/", RequestHead.TOKEN).countsAsNoToken());
        Classification refused = Classifier.classify(exchange("GET", "/latest/", 0, true, status(401)));
        assertTrue(refused.countsAsNoTokenRejected());
        assertFalse(refused.countsAsNoToken());
        Classification failed = Classifier.classify(exchange("GET", "/latest/", 0, true, status(404)));
        assertFalse(failed.countsAsNoToken() || failed.countsAsNoTokenRejected());
    }
}
