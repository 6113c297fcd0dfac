package io.imdsight.model;

/** Why a connection that the kernel's probe saw was never seen by the capture. */
public enum KernelOnly implements Labelled {
    /** The connect got no answer or was refused: there was no connection. */
    REFUSED("refused"),
    /** It was made in a network namespace whose interfaces are not captured. */
    OTHER_NAMESPACE("other-namespace"),
    /** The capture dropped packets while it was open. */
    DROPPED("dropped"),
    /** The kernel's records of it were lost, or it had to be forgotten, before it could be compared; the capture may have seen it. */
    UNDECIDED("undecided"),
    /** None of the above is known: a miss. */
    UNEXPLAINED("unexplained");

    private final String label;

    KernelOnly(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
