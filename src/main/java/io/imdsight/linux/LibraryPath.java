package io.imdsight.linux;

import java.io.File;
import java.util.List;

/**
 * Where this system keeps its libraries. JNA asks {@code ldconfig} when it is first used: a process, and the threads and classes to talk to it, for the
 * names of directories that are known.
 */
public final class LibraryPath {
    /** JNA takes the directories from here, and asks nobody. */
    private static final String PROPERTY = "jna.platform.library.path";

    /** libpcap's names on Debian, on the others, and where it was built by hand. */
    private static final List<String> WANTED = List.of("libpcap.so.0.8", "libpcap.so.1", "libpcap.so");

    private LibraryPath() {}

    /** Tells JNA, where libpcap is in one of the usual directories. To be called before anything uses JNA. */
    public static void tell() {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        String triplet = (System.getProperty("os.arch", "").equals("amd64") ? "x86_64" : System.getProperty("os.arch"))
                + "-linux-gnu";
        List<String> usual =
                List.of("/usr/lib/" + triplet, "/lib/" + triplet, "/usr/lib64", "/lib64", "/usr/lib", "/lib");
        for (String directory : usual) {
            for (String name : WANTED) {
                if (new File(directory, name).exists()) {
                    System.setProperty(PROPERTY, String.join(File.pathSeparator, usual));
                    return;
                }
            }
        }
    }
}
