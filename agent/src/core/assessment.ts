import type { DriftCause } from "./model.js";

/** What one cause adds to a drift score. */
export interface DriftContribution {
  readonly segment: string;
  readonly cause: DriftCause;
  /** The operation it is about, where it is about one. */
  readonly operation?: string;
  /** Share of all evidence, a ratio; the shares of those listed add up to at most 1. */
  readonly share: number;
  /** Total variation distance between recent and learned behavior in this respect, in [0, 1]. */
  readonly severity: number;
  /** Where a number says more than a distance: recent over learned (mean bytes, say). */
  readonly recent: number | undefined;
  readonly learned: number | undefined;
}

/** How far recent behavior is from the learned one. See `assessment/drift.ts` for the calibration. */
export interface Drift {
  /** In [0, 1]; above 0.5 only when the evidence passed the alarm level. */
  readonly score: number;
  /** Probability that behavior has changed, in [0, 1]. */
  readonly confidence: number;
  /** When the change began, by change-point detection; undefined when none was found. */
  readonly sinceSeconds: number | undefined;
  /** Largest first. */
  readonly contributions: readonly DriftContribution[];
}

export const WORKLOAD_CLASSES = [
  "normal",
  "compute_intensive",
  "memory_intensive",
  "transfer_intensive",
] as const;
export type WorkloadClass = (typeof WORKLOAD_CLASSES)[number];

export interface PredictedWorkload {
  readonly class: WorkloadClass;
  /** Adds up to 1. */
  readonly probabilities: Readonly<Record<WorkloadClass, number>>;
}

/** What a call costs, workload-wide, over the recent past and as learned before. */
export interface Cost {
  readonly cpuSecondsPerCall: number | undefined;
  readonly networkBytesPerCall: number | undefined;
  /** Resident memory of one replica, bytes. */
  readonly memoryBytesPerReplica: number | undefined;
  /** Seconds a call takes, mean. */
  readonly durationSeconds: number | undefined;
}

/** The recent cost of a call beside what it used to be. */
export interface CostComparison {
  readonly recent: Cost;
  readonly learned: Cost;
}
