import type { ModelResult } from "./model.js";

/** What is watched of a workload as a whole, step by step. A closed list: it is also a metric label. */
export const WATCHED_FEATURES = [
  "calls_per_second",
  "request_bytes",
  "response_bytes",
  "duration_seconds",
  "error_ratio",
  "operation_mix",
] as const;
export type WatchedFeature = (typeof WATCHED_FEATURES)[number];

/** An abrupt change that was told. */
export interface DatedChange {
  /** Start of the first step of the new regime, seconds since the Unix epoch. */
  readonly timeSeconds: number;
  /** That there was a change, when it was told; a ratio. */
  readonly probability: number;
}

/** What change-point and anomaly detection say of one feature. */
export interface FeatureState {
  /** Probability that the feature has changed abruptly a short time ago; a trend or a season is no change. */
  readonly changeProbability: ModelResult<number>;
  /** A fact, whether or not detection is ready now; undefined when there was none. */
  readonly lastChange: DatedChange | undefined;
  /** How unusual the feature is now, from 0 to 1; undefined where nobody looks. */
  readonly anomalyScore: ModelResult<number> | undefined;
}

export type FeatureStates = Readonly<Record<WatchedFeature, FeatureState>>;

/** A state for each of the features. */
export function featureStates(stateOf: (feature: WatchedFeature) => FeatureState): FeatureStates {
  const states = WATCHED_FEATURES.map((feature) => [feature, stateOf(feature)] as const);
  // Made from the list of all of them.
  return Object.fromEntries(states) as Record<WatchedFeature, FeatureState>;
}
