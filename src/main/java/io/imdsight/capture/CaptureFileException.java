package io.imdsight.capture;

/** A capture file cannot be read, or not to its end. What was read before the fault has been delivered. */
public final class CaptureFileException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong with the file. */
    public enum Kind {
        /** The file is empty or begins like none of the formats. */
        NOT_A_CAPTURE,
        /** The file ends inside a record, or a length in it cannot be. */
        DAMAGED
    }

    private final Kind kind;
    private final transient CaptureFileReader.Contents contents;

    CaptureFileException(Kind kind, String message, CaptureFileReader.Contents contents, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.contents = contents;
    }

    /** What is wrong with the file. */
    public Kind kind() {
        return kind;
    }

    /** What was read before the fault. */
    public CaptureFileReader.Contents contents() {
        return contents;
    }
}
