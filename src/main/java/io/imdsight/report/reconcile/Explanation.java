package io.imdsight.report.reconcile;

/**
 * What explains a difference, or part of it.
 *
 * @param reason a word for programs; docs/reconcile.md lists them
 * @param calls how many calls of the difference it takes
 * @param sentence the same for people, without a full stop
 */
public record Explanation(String reason, long calls, String sentence) {}
