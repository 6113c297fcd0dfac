package io.imdsight.publish.cloudwatch;

/**
 * Where points go.
 *
 * @param namespace CloudWatch's namespace
 * @param region as {@code eu-central-1}
 * @param endpoint another URL than the region's own, as for a VPC endpoint; null for the region's own
 */
public record Target(String namespace, String region, String endpoint) {}
