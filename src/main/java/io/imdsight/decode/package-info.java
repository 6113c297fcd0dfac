/**
 * Segments in, exchanges out: puts TCP streams in order, finds request heads and status lines in them, matches answers to requests. Imports
 * model only. Rules: docs/decoding.md.
 */
package io.imdsight.decode;
