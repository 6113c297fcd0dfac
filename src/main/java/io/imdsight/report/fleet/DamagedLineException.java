package io.imdsight.report.fleet;

/** A line that is no record: cut, not JSON, or with a field that cannot be. There may be millions of them, so it carries no trace. */
final class DamagedLineException extends Exception {
    private static final long serialVersionUID = 1;

    DamagedLineException(String reason) {
        super(reason, null, false, false);
    }
}
