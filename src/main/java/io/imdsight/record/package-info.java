/** Durable counts: tallies by minute and caller, and for which minutes a zero is evidence. docs/ledger.md has the layout on disk. */
package io.imdsight.record;
