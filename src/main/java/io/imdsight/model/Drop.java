package io.imdsight.model;

/** Where something was discarded. The label is the value of {@code where} in {@code imdsight_drops_total}. */
public enum Drop implements Labelled {
    /** The kernel's packet ring was full. Unit: packets. */
    KERNEL_RING("kernel-ring"),
    /** The network interface or its driver dropped packets, as libpcap reports it. */
    INTERFACE("interface"),
    /** A packet whose headers contradict each other or end too early. */
    PACKET_DAMAGED("packet-damaged", false),
    /** A packet of a link type that is not read. */
    LINK_TYPE("link-type"),
    /** An IP fragment: its TCP header or payload cannot be placed. */
    IP_FRAGMENT("ip-fragment"),
    /** A part of a capture file that could not be read. */
    FILE_DAMAGED("file-damaged"),
    /** Out-of-order bytes for which the stream memory had no room; they become a gap. Unit: bytes. */
    STREAM_MEMORY("stream-memory"),
    /** A segment with request bytes that were seen before, and were others; which of them the service took cannot be told. */
    OVERLAP("overlap"),
    /** A connection forgotten early because the table was full. */
    CONNECTION_TABLE("connection-table"),
    /** A process that connected, forgotten because too many did: its requests are counted without it. Unit: connections. */
    CALLER_TABLE("caller-table", false),
    /** The same, of a network namespace that is not captured. */
    CALLER_ELSEWHERE("caller-elsewhere", false),
    /** A request waiting for its answer, forgotten because too many waited on its connection. */
    PIPELINE("pipeline"),
    /** Bytes on a connection to the service that are no HTTP request. Unit: connections. */
    NOT_HTTP("not-http", false),
    /** Records that the kernel's probe ring had no room for. */
    PROBE_RING("probe-ring", false),
    /** A socket look-up skipped because too many waited. */
    LOOKUP_QUEUE("lookup-queue", false),
    /** A request that is counted but was not attributed and printed, because too many waited for that. */
    SIGHTING_QUEUE("sighting-queue"),
    /** A line of the event file that could not be written; it is still counted, in a roll-up as soon as the file can be written again. */
    EVENT_FILE("event-file", false),
    /** Requests whose record for the feed could not be written before the agent ended. */
    FEED("feed", false),
    /** A request that is in no tally of the ledger: its disk failed for so long that the memory for what waits was full. */
    LEDGER("ledger"),
    /** A request that the ledger counts under the caller {@code other}: too many callers that day, or waiting for a disk that fails. */
    LEDGER_CALLERS("ledger-callers", false),
    /** A request whose tally was deleted, by age or size, before every destination had it. */
    LEDGER_EXPIRED("ledger-expired", false),
    /** A connection that the witness forgot, or decided on too early, because too many were open. */
    WITNESS("witness"),
    /** A request that is in the ledger and not in CloudWatch, which takes nothing older than two weeks. */
    CLOUDWATCH_EXPIRED("cloudwatch-expired", false),
    /** A request that is in the ledger and not in CloudWatch, which refused its minute as wrong. */
    CLOUDWATCH_REJECTED("cloudwatch-rejected", false),
    /** What a part that ended by a fault of ours had in hand: a packet, a request, or nothing. */
    FAULT("fault");

    private final String label;
    private final boolean hidesRequests;

    Drop(String label) {
        this(label, true);
    }

    Drop(String label, boolean hidesRequests) {
        this.label = label;
        this.hidesRequests = hidesRequests;
    }

    /**
     * Whether a request may be missing because of it, so that none seen means little. What loses a name or a line loses no count; a damaged packet is one
     * that the kernel would not have taken either, and where it would, the head is undetermined or the connection the witness's alone; bytes that are no request are none to the service.
     */
    public boolean hidesRequests() {
        return hidesRequests;
    }

    @Override
    public String label() {
        return label;
    }
}
