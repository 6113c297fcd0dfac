package io.imdsight.report.scan;

import io.imdsight.report.Ecosystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Looks for packages in jars, wars, eggs and other zip archives, and in archives within them. Bounded in depth, memory and work, whatever an archive says. */
public final class ArchiveScan {
    /** An enterprise archive holds web archives, those jars, and a jar may hold jars. */
    private static final int DEPTH_MAX = 4;

    /** A packed archive within an archive is unpacked into memory; larger ones are told by their names. A stored one needs none. */
    private static final int NESTED_BYTES_MAX = 12 << 20;

    /** Unpacked of one file on the disk, archives within it included: a web application's libraries have half of that. */
    private static final long UNPACKED_BYTES_MAX = 256L << 20;

    /** The largest jars in use have some 100,000. */
    private static final int ENTRIES_MAX = 200_000;

    /** A large web application has some 500 libraries. */
    private static final int NESTED_MAX = 2000;

    private static final int MANIFEST_BYTES_MAX = 64 * 1024;
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final PackageTable table;
    private final ScanBook book;
    private final BooleanSupplier over;
    private long unpacked;

    /**
     * A scan of archives.
     *
     * @param book where packages go, and what could not be looked at
     * @param over whether time is up
     */
    public ArchiveScan(PackageTable table, ScanBook book, BooleanSupplier over) {
        this.table = table;
        this.book = book;
        this.over = over;
    }

    /** Whether a file's name says that it is such an archive. */
    public static boolean isArchive(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return isNested(lower) || lower.endsWith(".zip") || lower.endsWith(".whl");
    }

    /** Within others only what runs from there. */
    private static boolean isNested(String lower) {
        return lower.endsWith(".jar") || lower.endsWith(".war") || lower.endsWith(".ear") || lower.endsWith(".egg");
    }

    /** Looks at an archive that lies on the disk. */
    public void scan(String place, ByteSource file) throws IOException {
        unpacked = 0;
        scan(place, null, file, 0);
    }

    private void scan(String place, String inside, ByteSource file, int depth) throws IOException {
        ZipIndex zip = ZipIndex.read(file);
        String where = inside == null ? place : inside;
        String name = where.substring(where.lastIndexOf('/') + 1);
        if (zip == null) {
            book.missed("archive-damaged", "archives that could not be read", place);
            byName(name, place, inside);
            return;
        }
        Contents contents = contents(zip, place, inside);
        boolean identified = contents.identified;
        if (contents.properties != null && !contents.known) {
            // an SDK that was packed into a program's own jar, without word of where it is from
            String version = MetadataFile.property(text(zip, contents.properties, MANIFEST_BYTES_MAX));
            String way = way(inside, contents.properties.name());
            book.add(new RestingPackage(Ecosystem.JAR_ENTRY, contents.properties.name(), version, place, way));
            identified = true;
        }
        if (!identified && !byManifest(zip, contents.manifest, place, inside)) {
            byName(name, place, inside);
        }
        for (ZipIndex.Entry e : contents.nested) {
            nested(zip, e, place, way(inside, e.name()), depth + 1);
        }
    }

    /** What an archive holds that says what it is. */
    private static final class Contents {
        /** Whether it names its coordinates, and whether the table knows those. */
        boolean identified;

        boolean known;
        ZipIndex.Entry manifest;
        ZipIndex.Entry properties;
        final List<ZipIndex.Entry> nested = new ArrayList<>();
    }

    private Contents contents(ZipIndex zip, String place, String inside) throws IOException {
        Contents out = new Contents();
        zip.entries(ENTRIES_MAX, e -> {
            if (e.name().equals(MANIFEST)) {
                out.manifest = e;
            } else if (isNested(e.name().toLowerCase(Locale.ROOT)) && e.bytes() > 0) {
                if (out.nested.size() < NESTED_MAX) {
                    out.nested.add(e);
                }
            } else if (table.knows(Ecosystem.JAR_ENTRY, e.name())) {
                out.properties = e;
            } else {
                MetadataFile metadata = MetadataFile.of(e.name());
                if (metadata != null) {
                    boolean maven = metadata.ecosystem() == Ecosystem.MAVEN;
                    out.identified |= maven;
                    out.known |= maven && table.knows(Ecosystem.MAVEN, metadata.name());
                    metadata(zip, e, metadata, place, way(inside, e.name()));
                }
            }
            return !isSpent(place);
        });
        return out;
    }

    private static String way(String inside, String name) {
        return inside == null ? name : inside + " → " + name;
    }

    private void metadata(ZipIndex zip, ZipIndex.Entry e, MetadataFile file, String place, String inside)
            throws IOException {
        if (file.name() == null || table.knows(file.ecosystem(), file.name())) {
            byte[] bytes = file.needsBytes() ? unpacked(zip, e, MetadataFile.BYTES_MAX) : new byte[0];
            file.packages(bytes, place, inside).forEach(book::add);
        }
    }

    /** {@code software.amazon.awssdk.regions} is how a module is called whose coordinates are {@code software.amazon.awssdk:regions}. */
    private boolean byManifest(ZipIndex zip, ZipIndex.Entry manifest, String place, String inside) throws IOException {
        if (manifest == null) {
            return false;
        }
        // a line of more than 72 bytes goes on after a blank (JAR file specification)
        String text = text(zip, manifest, MANIFEST_BYTES_MAX).replaceAll("\\r?\\n ", "");
        Map<String, String> main = new HashMap<>();
        for (String line : text.split("\\r?\\n", -1)) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                main.putIfAbsent(
                        line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        String version = main.getOrDefault("Implementation-Version", main.get("Bundle-Version"));
        for (String key : List.of("Bundle-SymbolicName", "Automatic-Module-Name")) {
            String name = main.getOrDefault(key, "").split(";", 2)[0];
            int dot = name.lastIndexOf('.');
            String coordinates = dot < 0 ? name : name.substring(0, dot) + ":" + name.substring(dot + 1);
            if (version != null && table.knows(Ecosystem.MAVEN, coordinates)) {
                book.add(new RestingPackage(Ecosystem.MAVEN, coordinates, version, place, way(inside, MANIFEST)));
                return true;
            }
        }
        return false;
    }

    private void byName(String name, String place, String inside) {
        PackageTable.Named named = table.byFileName(name);
        if (named != null) {
            book.add(named.client(), new RestingPackage(Ecosystem.MAVEN, name, named.version(), place, inside));
        }
    }

    private void nested(ZipIndex zip, ZipIndex.Entry e, String place, String inside, int depth) throws IOException {
        if (isSpent(place)) {
            return;
        }
        String name = e.name().substring(e.name().lastIndexOf('/') + 1);
        if (depth > DEPTH_MAX) {
            book.missed("archive-depth", "archives within too many others", place);
            byName(name, place, inside);
        } else if (e.isStored()) {
            ByteSource bytes = zip.stored(e);
            if (bytes != null) {
                scan(place, inside, bytes, depth);
            }
        } else if (e.bytes() > NESTED_BYTES_MAX) {
            book.missed("archive-size", "archives within others, too large to be unpacked", place);
            byName(name, place, inside);
        } else {
            scan(place, inside, ByteSource.of(unpacked(zip, e, NESTED_BYTES_MAX)), depth);
        }
    }

    private boolean isSpent(String place) {
        if (unpacked > UNPACKED_BYTES_MAX) {
            book.missed("archive-work", "archives that unpack to too much", place);
            return true;
        }
        return over.getAsBoolean();
    }

    private String text(ZipIndex zip, ZipIndex.Entry e, int bytesMax) throws IOException {
        return new String(unpacked(zip, e, bytesMax), StandardCharsets.UTF_8);
    }

    private byte[] unpacked(ZipIndex zip, ZipIndex.Entry e, int bytesMax) throws IOException {
        byte[] out = zip.unpacked(e, bytesMax);
        unpacked += out.length;
        return out;
    }
}
