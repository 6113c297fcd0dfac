/** Immutable values that pass between rooms. Imports java.base only, and no other room. */
package io.imdsight.model;
