package io.imdsight.capture;

import org.pcap4j.core.PcapNativeException;

/** Turns what libpcap says into sentences with a remedy. */
final class CaptureFailures {
    /** pcap/pcap.h: PCAP_ERROR_NO_SUCH_DEVICE, PCAP_ERROR_PERM_DENIED, PCAP_ERROR_IFACE_NOT_UP, PCAP_ERROR_PROMISC_PERM_DENIED. */
    private static final int NO_SUCH_DEVICE = -5;

    private static final int PERM_DENIED = -8;
    private static final int IFACE_NOT_UP = -9;
    private static final int PROMISC_PERM_DENIED = -11;

    private CaptureFailures() {}

    static CaptureException opening(String interfaceName, Throwable cause) {
        String what = "cannot open capture on " + interfaceName + ": ";
        if (cause instanceof LinkageError) {
            return new CaptureException(
                    CaptureException.Kind.NO_LIBPCAP,
                    what
                            + "libpcap cannot be loaded; install the package libpcap0.8 (Debian, Ubuntu: libpcap0.8t64 on new ones) or libpcap"
                            + " (Amazon Linux, Fedora, RHEL)",
                    cause);
        }
        int code = cause instanceof PcapNativeException e && e.getReturnCode() != null ? e.getReturnCode() : 0;
        String said = said(cause);
        if (code == PERM_DENIED || code == PROMISC_PERM_DENIED || said.contains("not permitted")) {
            return new CaptureException(
                    CaptureException.Kind.NOT_PERMITTED,
                    what
                            + "Operation not permitted; needs CAP_NET_RAW (run as root, or grant it: see docs/operations.md)",
                    cause);
        }
        if (code == NO_SUCH_DEVICE || said.contains("No such device")) {
            return new CaptureException(
                    CaptureException.Kind.NO_SUCH_INTERFACE,
                    what + "there is no such interface here; `ip link` lists them, `auto` chooses one",
                    cause);
        }
        if (code == IFACE_NOT_UP || said.contains("is not up")) {
            return new CaptureException(
                    CaptureException.Kind.INTERFACE_DOWN,
                    what + "the interface is down; bring it up with `ip link set " + interfaceName + " up`",
                    cause);
        }
        return new CaptureException(CaptureException.Kind.FAILED, what + said, cause);
    }

    static CaptureException running(String interfaceName, Throwable cause) {
        String said = said(cause);
        String what = "capture on " + interfaceName + " ended: ";
        if (said.contains("disappeared") || said.contains("went down")) {
            return new CaptureException(
                    CaptureException.Kind.INTERFACE_GONE, what + "the interface is gone or down", cause);
        }
        return new CaptureException(CaptureException.Kind.FAILED, what + said, cause);
    }

    private static String said(Throwable cause) {
        String said = cause.getMessage();
        return said == null || said.isBlank() ? "libpcap gives no reason" : said.strip();
    }
}
