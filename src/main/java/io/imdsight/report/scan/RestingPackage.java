package io.imdsight.report.scan;

import io.imdsight.report.Ecosystem;

/**
 * A package that lies on the disk.
 *
 * @param ecosystem where it has its name from
 * @param name its name there
 * @param version its version; null where it could not be read
 * @param place the file that says so, or that holds it
 * @param inside where in that file, if it is an archive: names in turn, each but the last an archive; null otherwise
 */
public record RestingPackage(Ecosystem ecosystem, String name, String version, String place, String inside) {}
