/** Walks the disk for code at rest; the recognisers are in the report. */
package io.imdsight.cli.scan;
