/** Our counts beside AWS's: what differs, and which of that the ledger explains. Pure. */
package io.imdsight.report.reconcile;
