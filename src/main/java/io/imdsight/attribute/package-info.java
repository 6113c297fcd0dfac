/**
 * From a connection to the process that made it, with the evidence: through the kernel's connect probe, or the live socket. Never guesses.
 */
package io.imdsight.attribute;
