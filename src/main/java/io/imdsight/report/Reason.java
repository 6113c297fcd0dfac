package io.imdsight.report;

/**
 * Why a verdict is not, or not wholly, certain.
 *
 * @param code for programs, lower case with hyphens; docs/audit.md lists them
 * @param sentence for people, without a full stop
 */
public record Reason(String code, String sentence) {}
