/** What an exchange means: version, kind, outcome, path class, and why a caller uses version 1. Rules: docs/classification.md. */
package io.imdsight.classify;
