package io.imdsight.report.fleet;

/**
 * One step of the way to a fleet that requires tokens: fix this caller.
 *
 * @param caller what to fix
 * @param freed instances that nothing blocks any more once this step and those before it are done
 * @param freedReady those of them whose evidence is complete, and that are heard of: they become ready
 * @param freedSoFar the sum of freed up to here
 * @param left instances that are still blocked then
 */
record PlanStep(FleetCaller caller, int freed, int freedReady, int freedSoFar, int left) {}
