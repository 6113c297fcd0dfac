/** Packets in, {@link io.imdsight.model.Segment}s out: live interfaces and capture files. The only room that knows pcap4j. */
package io.imdsight.capture;
