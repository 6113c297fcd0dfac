/** Recognisers of code at rest that may call the metadata service without a token: they take bytes, and know no disk. */
package io.imdsight.report.scan;
