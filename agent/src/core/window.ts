import type { WorkloadKey } from "./workload.js";

/** The segment that stands for the whole workload. */
export const ALL_SEGMENTS = "all";
/** The segment of callers with neither a role nor a group, and of no cluster that is known. */
export const UNASSIGNED_SEGMENT = "unassigned";

/** Count, sum and sum of squares: they add up, so that windows can be merged. */
export interface Moments {
  count: number;
  sum: number;
  sumOfSquares: number;
}

export interface OperationStatistics {
  calls: number;
  /** Calls that the service failed (status 500 and above). */
  serverErrors: number;
  durationSeconds: Moments;
  requestBytes: Moments;
  responseBytes: Moments;
}

/** A deviation that a model gave to a call, collected over the calls of a window. */
type DeviationMoments = Record<string, Moments>;

/**
 * What one segment of one workload did in one interval of event time, `[startSeconds, endSeconds)`.
 * Merging the windows of two halves gives the window of the whole.
 */
export interface WindowSummary {
  readonly workload: WorkloadKey;
  readonly segment: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  calls: number;
  readonly operations: Map<string, OperationStatistics>;
  /** from -> to -> count; `from` may be SESSION_START. */
  readonly transitions: Map<string, Map<string, number>>;
  /** Seconds from one call of a session to the next, by the operation of the first. */
  readonly pauseSeconds: Map<string, Moments>;
  /** Calls by instance, which tells how many report. */
  readonly instances: Map<string, number>;
  /** By drift cause: the deviations that the models gave to this window's calls. */
  readonly deviations: DeviationMoments;
}
