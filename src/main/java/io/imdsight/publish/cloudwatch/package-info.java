/** Closed minutes of the ledger to CloudWatch, at least once, and what a metric costs there. The only place that knows the AWS SDK. */
package io.imdsight.publish.cloudwatch;
