/** Tallies and sightings to the outside: text, JSON, and later metrics and feeds. Imports the model and the ledger's read side only. */
package io.imdsight.publish;
