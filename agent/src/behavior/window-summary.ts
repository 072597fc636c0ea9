import type {
  DriftCause,
  Moments,
  Observation,
  OperationStatistics,
  WindowSummary,
  WorkloadKey,
} from "../core/index.js";

function emptyMoments(): Moments {
  return { count: 0, sum: 0, sumOfSquares: 0 };
}

function addToMoments(moments: Moments, value: number): void {
  moments.count += 1;
  moments.sum += value;
  moments.sumOfSquares += value * value;
}

function mergeMoments(into: Moments, from: Moments): void {
  into.count += from.count;
  into.sum += from.sum;
  into.sumOfSquares += from.sumOfSquares;
}

export function emptyWindow(
  workload: WorkloadKey,
  segment: string,
  startSeconds: number,
  endSeconds: number,
): WindowSummary {
  return {
    workload,
    segment,
    startSeconds,
    endSeconds,
    calls: 0,
    operations: new Map(),
    transitions: new Map(),
    pauseSeconds: new Map(),
    instances: new Map(),
    deviations: {},
  };
}

/** From this status on it was the service that failed (RFC 9110, section 15.6). */
const FIRST_SERVER_ERROR = 500;

/** Adds one call to its window. */
export function addCall(window: WindowSummary, observation: Observation): void {
  const { call, previousOperation, secondsSincePrevious } = observation;
  window.calls += 1;
  increment(window.instances, call.instance, 1);
  increment(transitionsFrom(window, previousOperation), call.operation, 1);
  if (secondsSincePrevious !== undefined) {
    addToMoments(pausesAfter(window, previousOperation), secondsSincePrevious);
  }
  const statistics = operationStatistics(window, call.operation);
  statistics.calls += 1;
  if (call.status >= FIRST_SERVER_ERROR) statistics.serverErrors += 1;
  if (call.durationSeconds !== undefined) {
    addToMoments(statistics.durationSeconds, call.durationSeconds);
  }
  if (call.requestBytes !== undefined) addToMoments(statistics.requestBytes, call.requestBytes);
  if (call.responseBytes !== undefined) addToMoments(statistics.responseBytes, call.responseBytes);
}

/** Larger ones have a square that is no number any more. */
const LARGEST_DEVIATION = 1e100;

/**
 * Adds the deviation that a model gave to one call. NaN says that it could not tell, and adds nothing; nor
 * does one beyond 1e100, which would spoil every mean it enters.
 */
export function addDeviation(window: WindowSummary, cause: DriftCause, deviation: number): void {
  if (!(Math.abs(deviation) <= LARGEST_DEVIATION)) return;
  addToMoments((window.deviations[cause] ??= emptyMoments()), deviation);
}

/** Adds the calls of one window to another, as if they had been added there one by one. */
export function mergeWindow(into: WindowSummary, from: WindowSummary): void {
  into.calls += from.calls;
  for (const [instance, calls] of from.instances) increment(into.instances, instance, calls);
  for (const [operation, counts] of from.transitions) {
    const row = transitionsFrom(into, operation);
    for (const [next, count] of counts) increment(row, next, count);
  }
  for (const [operation, pauses] of from.pauseSeconds) {
    mergeMoments(pausesAfter(into, operation), pauses);
  }
  for (const [operation, statistics] of from.operations) {
    const target = operationStatistics(into, operation);
    target.calls += statistics.calls;
    target.serverErrors += statistics.serverErrors;
    mergeMoments(target.durationSeconds, statistics.durationSeconds);
    mergeMoments(target.requestBytes, statistics.requestBytes);
    mergeMoments(target.responseBytes, statistics.responseBytes);
  }
  for (const [cause, moments] of Object.entries(from.deviations)) {
    mergeMoments((into.deviations[cause] ??= emptyMoments()), moments);
  }
}

function increment(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function transitionsFrom(window: WindowSummary, operation: string): Map<string, number> {
  let row = window.transitions.get(operation);
  if (row === undefined) {
    row = new Map();
    window.transitions.set(operation, row);
  }
  return row;
}

function pausesAfter(window: WindowSummary, operation: string): Moments {
  let pauses = window.pauseSeconds.get(operation);
  if (pauses === undefined) {
    pauses = emptyMoments();
    window.pauseSeconds.set(operation, pauses);
  }
  return pauses;
}

function operationStatistics(window: WindowSummary, operation: string): OperationStatistics {
  let statistics = window.operations.get(operation);
  if (statistics === undefined) {
    statistics = {
      calls: 0,
      serverErrors: 0,
      durationSeconds: emptyMoments(),
      requestBytes: emptyMoments(),
      responseBytes: emptyMoments(),
    };
    window.operations.set(operation, statistics);
  }
  return statistics;
}
