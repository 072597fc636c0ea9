import type { PredictedWorkload } from "./assessment.js";
import type { VolumeForecast } from "./forecast.js";
import type { FailedReason, WarmingUpReason } from "./model.js";
import type { WorkloadKey } from "./workload.js";

/** What a workload runs on: replicas, and what each replica has. */
export interface Resources {
  readonly replicas: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly networkBytesPerSecond: number;
}

/** lowerBound <= target <= upperBound, field by field. */
interface ResourceRange {
  readonly target: Resources;
  readonly lowerBound: Resources;
  readonly upperBound: Resources;
}

/** Which way the decision went. A closed list: it is also a metric label. */
export const DECISION_BRANCHES = ["drift", "shape", "event", "keep", "reactive"] as const;
export type DecisionBranch = (typeof DECISION_BRANCHES)[number];

/** What can hold a recommendation back. A closed list: it is also a metric label. */
export const GUARDS = [
  "minimum_replicas",
  "maximum_replicas",
  "scale_up_rate",
  "scale_down_rate",
  "stabilization",
  "no_scale_in_on_prediction",
  "hold_on_unknown",
  "reactive_floor",
] as const;
export type Guard = (typeof GUARDS)[number];

/** What can move a recommendation. A closed list: it is also a metric label. */
export const CONTRIBUTION_CAUSES = ["load", "forecast", "drift", "shape", ...GUARDS] as const;
export type ContributionCause = (typeof CONTRIBUTION_CAUSES)[number];

/** The part of a recommendation that one cause accounts for. */
export interface Contribution {
  readonly cause: ContributionCause;
  /** Signed; the contributions add up to recommended minus current replicas. */
  readonly replicas: number;
}

export type DecisionStatus =
  | { readonly status: "ready" }
  | { readonly status: "warming_up"; readonly reason: WarmingUpReason }
  | { readonly status: "failed"; readonly reason: FailedReason };

/** One recommendation with all that explains it. */
export interface Decision {
  readonly decisionId: string;
  readonly workload: WorkloadKey;
  /** Event time, seconds since the Unix epoch. */
  readonly timeSeconds: number;
  readonly status: DecisionStatus;
  readonly branch: DecisionBranch;
  /** Undefined while the drift models warm up. */
  readonly driftScore: number | undefined;
  readonly confidenceLevel: number | undefined;
  readonly predictedWorkload: PredictedWorkload | undefined;
  readonly forecast: VolumeForecast | undefined;
  readonly current: Resources;
  readonly recommended: ResourceRange;
  readonly contributions: readonly Contribution[];
  readonly guards: readonly Guard[];
  /** Plain sentences, most important first. */
  readonly reasons: readonly string[];
  /** After this moment the recommendation must not be followed any more. */
  readonly expiresAtSeconds: number;
}
