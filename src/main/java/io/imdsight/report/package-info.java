/**
 * Tallies to a verdict, and the verdict as text, JSON and a page. Pure: what has to be looked up on the machine is handed in. docs/audit.md has the
 * rules.
 */
package io.imdsight.report;
