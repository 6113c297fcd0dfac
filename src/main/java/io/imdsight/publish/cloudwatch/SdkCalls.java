package io.imdsight.publish.cloudwatch;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClientBuilder;

/** How the AWS SDK is set up for putting and for reading, and what its failures mean. */
final class SdkCalls {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    /** CloudWatch answers within a tenth of a second; a loaded one within seconds. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

    /** Error codes that speak of the data rather than of us or of the service; CloudWatch API reference, PutMetricData and common errors. */
    private static final Set<String> DATA_CODES = Set.of(
            "InvalidParameterValue",
            "InvalidParameterCombination",
            "MissingParameter",
            "MissingRequiredParameter",
            "InvalidFormat",
            "InvalidFormatFault",
            "LimitExceeded",
            "RequestEntityTooLarge",
            "SerializationException",
            "ValidationError",
            "ValidationException");

    private SdkCalls() {}

    /** A client; nothing is sent yet. */
    static CloudWatchClient client(Target target, RetryStrategy retries) {
        forbidVersion1();
        CloudWatchClientBuilder builder = CloudWatchClient.builder()
                .region(Region.of(target.region()))
                .defaultsMode(DefaultsMode.STANDARD) // "auto" would ask the metadata service for the region
                .credentialsProvider(DefaultCredentialsProvider.builder().build())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(ANSWER_MAX))
                .overrideConfiguration(c -> c.retryStrategy(retries));
        if (target.endpoint() != null) {
            builder.endpointOverride(URI.create(target.endpoint()));
        }
        return builder.build();
    }

    /**
     * The credentials provider asks the metadata service for a session token and, where that fails, would go on without: whatever environment
     * and profile say, it must not. A system property goes before both. And the platform's HTTP client would by default repeat a POST whose
     * connection broke.
     */
    static void forbidVersion1() {
        System.setProperty("aws.disableEc2MetadataV1", "true");
        System.setProperty("sun.net.http.retryPost", "false");
    }

    /** What a failure means. */
    static PutOutcome outcome(SdkException e) {
        return e instanceof AwsServiceException answer ? answered(answer) : failed(e);
    }

    private static PutOutcome answered(AwsServiceException e) {
        String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
        String reason = (code == null ? "" : code + ", ") + "HTTP status " + e.statusCode();
        if (RetryUtils.isThrottlingException(e)) {
            return new PutOutcome(PutOutcome.Kind.THROTTLED, reason);
        }
        if (e.statusCode() >= 500) {
            return new PutOutcome(PutOutcome.Kind.UNAVAILABLE, reason);
        }
        String bare = code == null ? "" : code.replaceFirst("Exception$", "");
        if (e.statusCode() == 413 || DATA_CODES.contains(bare) || DATA_CODES.contains(String.valueOf(code))) {
            return new PutOutcome(PutOutcome.Kind.REJECTED, reason);
        }
        return new PutOutcome(PutOutcome.Kind.NOT_ALLOWED, reason);
    }

    /** Without an answer. Only what certainly happened before a byte was sent is certain not to have been counted. */
    private static PutOutcome failed(SdkException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ConnectException
                    || t instanceof UnknownHostException
                    || t instanceof NoRouteToHostException) {
                return new PutOutcome(PutOutcome.Kind.UNAVAILABLE, "no connection: " + t.getMessage());
            }
            if (t instanceof java.net.SocketTimeoutException && "Connect timed out".equals(t.getMessage())) {
                return new PutOutcome(
                        PutOutcome.Kind.UNAVAILABLE, "no connection within " + CONNECT_MAX.toSeconds() + " s");
            }
            if (t instanceof javax.net.ssl.SSLHandshakeException) {
                return new PutOutcome(PutOutcome.Kind.NOT_ALLOWED, "no TLS: " + t.getMessage());
            }
            if (t instanceof IOException) {
                return new PutOutcome(PutOutcome.Kind.UNANSWERED, "no answer: " + t.getMessage());
            }
        }
        return new PutOutcome(PutOutcome.Kind.NOT_ALLOWED, firstSentence(e.getMessage()));
    }

    /** The SDK tells of each provider of credentials that it tried, in one long line. */
    private static String firstSentence(String message) {
        String text = message == null ? "unknown" : message;
        int end = text.indexOf(" : [");
        return end < 0 ? text : text.substring(0, end);
    }
}
