import type { Cluster } from "../cluster/cluster.js";

/** The policies that can be compared on a trace of counts. */
export const POLICY_NAMES = [
  "presage",
  "hpa",
  "hpa_tuned",
  "keda_cron",
  "keda_predict_linear",
  "phpa_linear",
  "phpa_holt_winters",
  "crane",
  "aws",
  "seasonal_naive",
  "window_maximum",
  "ar30",
  "reactive",
  "static_peak",
] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** A step that is over. */
export interface StepLoad {
  readonly index: number;
  /** When it began, seconds since the Unix epoch. */
  readonly startSeconds: number;
  /** Its calls; the last known ones when its own are not known. */
  readonly calls: number;
  readonly isKnown: boolean;
}

/**
 * A policy on its way through a trace, with all settings of its knob side by side, so that what they share
 * is computed once. It sees each step when it is over, and nothing that is to come.
 */
interface Walker {
  /**
   * Writes what each setting asks for at the end of the step into `asked`, which holds what was asked for
   * before. Whatever it writes for an unknown step is not done: nothing is changed on missing data.
   */
  step(load: StepLoad, asked: Uint32Array): void;
}

/** One choice of what is hidden behind the knob. */
export interface PolicyVariant {
  /** Says what was chosen, in the words of the policy's own documents; empty when there is no choice. */
  readonly label: string;
  readonly start: () => Walker;
}

export interface Policy {
  readonly name: PolicyName;
  /** What the settings are. */
  readonly knob: string;
  readonly settings: readonly number[];
  readonly variants: readonly PolicyVariant[];
}

/** What a policy may know of a trace before it starts: what a person could tell it who saw the past. */
export interface PolicyContext {
  readonly cluster: Omit<Cluster, "calls">;
  /** Calls of the steps of the training part; NaN where unknown. */
  readonly training: Float64Array;
}

/** Steps from the end of a step to the one in which what is asked for then begins to serve. */
export function leadSteps({ cluster }: PolicyContext): number {
  return cluster.startUpSteps + 1;
}

/** Whole steps of a time, at least one. */
export function stepsOf(seconds: number, { cluster }: PolicyContext): number {
  return Math.max(1, Math.round(seconds / cluster.stepSeconds));
}
