package io.imdsight.publish;

import io.imdsight.model.Script;
import io.imdsight.record.CallerKey;

/** How a caller that counts are kept for is written: names as in a sighting. */
final class CallerText {
    /** A command, unit or User-Agent of ordinary length fits; what a stranger made longer is cut. Bounds every table of callers. */
    static final int CHARS_MAX = 200;

    /** As much of a container's id as its own tools show. */
    static final int CONTAINER_ID_CHARS = 12;

    private CallerText() {}

    /** The key with every text cut. */
    static CallerKey cut(CallerKey k) {
        return k.with(CallerText::cut);
    }

    /** Without the User-Agent, which a caller may change from call to call. */
    static CallerKey process(CallerKey k) {
        return k.userAgent() == null ? k : k.withUserAgent(null);
    }

    /** What is left of a caller that was gone before all of it was read: without its path, then without its script; itself where neither is there. */
    static CallerKey less(CallerKey k) {
        if (k.title() == null) {
            return k;
        }
        return k.executable() != null ? k.withoutExecutable() : k.withScript(null);
    }

    /** What a person would call it: {@code curl (nightly.sh)} of a tool that works for a script. */
    static String name(CallerKey k) {
        String name = k.title() != null ? k.title() : k.executable() != null ? k.executable() : k.sourceAddress();
        return name == null ? "unknown" : cut(Script.label(name, k.script()));
    }

    static String shortContainer(CallerKey k) {
        String id = k.containerId();
        return id == null || id.length() <= CONTAINER_ID_CHARS ? id : id.substring(0, CONTAINER_ID_CHARS);
    }

    /** The script is the caller's, see docs/output.md, and stands where {@code caller} is written. */
    static void append(CallerKey k, JsonLine out) {
        out.within("user_agent", "original", k.userAgent()).within("source", "address", k.sourceAddress());
        if (k.executable() != null || k.owner() != null || k.title() != null) {
            out.open("process")
                    .within("executable", "path", k.executable())
                    .text("owner", k.owner())
                    .text("title", k.title())
                    .close();
        }
        out.within("systemd", "unit", k.systemdUnit()).within("container", "id", k.containerId());
        if (k.podUid() != null) {
            out.open("k8s").within("pod", "uid", k.podUid()).close();
        }
    }

    private static String cut(String text) {
        if (text == null || text.length() <= CHARS_MAX) {
            return text;
        }
        int end = CHARS_MAX - 1;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
    }
}
