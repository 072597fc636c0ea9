import type { FitJob, FitResult } from "./fit.js";
import type { Observation } from "./observation.js";

/** Why a model has no answer yet. A closed list: it is also a metric label. */
export type WarmingUpReason = "no_calls_yet" | "too_few_windows" | "too_few_calls" | "no_usage_yet";

/** Why a model can't answer. A closed list: it is also a metric label. */
export type FailedReason =
  "stale_input" | "partial_coverage" | "key_changed" | "fit_failed" | "non_finite_input";

/** "Unknown" is never a number: anything but `ready` carries a reason instead of a value. */
export type ModelResult<T> =
  | { readonly status: "ready"; readonly value: T }
  | { readonly status: "warming_up"; readonly reason: WarmingUpReason }
  | { readonly status: "failed"; readonly reason: FailedReason };

export type ModelStatus = ModelResult<undefined>;

export function ready<T>(value: T): ModelResult<T> {
  return { status: "ready", value };
}

export function warmingUp(reason: WarmingUpReason): ModelResult<never> {
  return { status: "warming_up", reason };
}

export function failed(reason: FailedReason): ModelResult<never> {
  return { status: "failed", reason };
}

/** Anything JSON can say: what snapshots are made of. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** In which respect behavior deviates. A closed list: it is also a metric label. */
export const DRIFT_CAUSES = [
  "operation_mix",
  "call_sequence",
  "request_payload",
  "response_payload",
  "request_spread",
  "response_spread",
  "formats",
  "arguments",
  "permissions",
  "timing",
] as const;
export type DriftCause = (typeof DRIFT_CAUSES)[number];

/** The models that learn from single calls. A closed list: it is also a metric label. */
export type CallModelName = "sequence" | "payload";

/** Which algorithm gives a call model's answers at present. A closed list: it is also a metric label. */
export type ServedBy = "markov" | "lstm" | "statistics" | "mixture";

/** A moment of event time, as seen from the end of a window. */
export interface MomentAhead {
  readonly nowSeconds: number;
  readonly secondsAhead: number;
}

/**
 * A streaming model of one segment's calls. The pipeline scores a call, then learns from it.
 *
 * Contract (`models/contract.test.ts` runs it on every implementation): scoring changes nothing;
 * restore(snapshot()) continues identically; what comes of a training that was under way then is lost, and it
 * is asked for again; operations and formats may appear and vanish; memory is
 * bounded; before it is ready it writes NaN, never a number.
 */
export interface CallModel {
  readonly name: CallModelName;
  /** What its deviations are about; the order of `score`'s output. */
  readonly causes: readonly DriftCause[];
  /**
   * Writes one deviation per cause into `deviations` from `offset` on: a surprise in bits or a
   * standardized residual. The assessment standardizes it against the segment's own past, so only
   * its distribution has to be stable while behavior is. NaN where the model can't say.
   */
  score(observation: Observation, deviations: Float64Array, offset: number): void;
  learn(observation: Observation): void;
  status(): ModelStatus;
  /**
   * -log2 of the likelihood that the model gave this call, in bits, to compare two models of a kind on
   * the same calls; NaN where it can't say. Changes nothing.
   */
  bits(observation: Observation): number;
  /** A model may begin with a simple algorithm and go over to a better one. */
  readonly servedBy: ServedBy;
  /**
   * Calls learned from since the start of the process that were outliers among those before them; undefined
   * while, or if, it can't say.
   */
  readonly outlierCalls?: number | undefined;
  /** Training that is due, or undefined. Asking takes it: it is due once. */
  dueFit(): FitJob | undefined;
  /**
   * Takes what came of a training; takes no notice of one that is not the last asked for. One that failed
   * becomes due again when more calls have come.
   * Answers the causes whose deviations mean something else from now on, so that what is usual of them
   * has to be learned anew.
   */
  adopt(result: FitResult): readonly DriftCause[];
  /**
   * Calls a second that the sessions which go on, and new ones, are about to make at a moment ahead, by
   * operation; undefined where it can't say. At most so many sessions are looked at. Changes nothing.
   */
  expectedRates?(moment: MomentAhead, sessions: number): ReadonlyMap<string, number> | undefined;
  /**
   * A model that knows what this one knows, and learns apart from it from then on. What is under way stays
   * behind: sessions that go on, what is kept to be trained on, a training. For another segment, whose
   * calls are not those.
   */
  fork(): CallModel;
  snapshot(): Json;
  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json): void;
}
