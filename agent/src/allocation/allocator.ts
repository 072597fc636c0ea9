import type {
  Contribution,
  ContributionCause,
  CostComparison,
  Decision,
  DecisionBranch,
  DecisionStatus,
  Drift,
  ModelResult,
  PredictedWorkload,
  Resources,
  VolumeForecast,
  WorkloadKey,
} from "../core/index.js";
import { estimateCapacity, replicasFor } from "./capacity.js";
import type { Capacity } from "./capacity.js";
import { applyGuards } from "./guards.js";
import type { RecommendationHistory } from "./history.js";
import { shapeReplica } from "./shape.js";
import type { AllocationSettings } from "./settings.js";

/** What a decision rests on. */
export interface AllocationInputs {
  readonly workload: WorkloadKey;
  readonly timeSeconds: number;
  readonly current: Resources;
  /** Calls per second over the last windows that are known; undefined when none are reported. */
  readonly observedCallsPerSecond: number | undefined;
  /** Seconds without any call since then, of which nobody knows yet what they mean; 0 mostly. */
  readonly unconfirmedSilenceSeconds: number;
  /** Since when whoever asks has said that so many run; undefined for a regular decision. */
  readonly askedSinceSeconds?: number | undefined;
  readonly forecast: ModelResult<VolumeForecast>;
  readonly drift: ModelResult<Drift>;
  readonly predictedWorkload: ModelResult<PredictedWorkload>;
  readonly cost: ModelResult<CostComparison>;
  readonly history: RecommendationHistory;
  /** How far to look ahead; the start-up time when undefined. */
  readonly horizonSeconds?: number | undefined;
}

/** A decision before it is explained in words. */
export type DecisionDraft = Omit<Decision, "decisionId" | "reasons"> & {
  /** Undefined while the capacity of a replica is unknown. */
  readonly capacity: Capacity | undefined;
  /** Replicas that the observed load needs; undefined while it or the capacity is unknown. */
  readonly reactiveReplicas: number | undefined;
  /**
   * Replicas before any guard held them: what the stabilization of later decisions looks back at. While
   * something is unknown also those that are held, since nobody knows that fewer would do.
   */
  readonly wantedReplicas: number;
  /** How far ahead was to be looked, seconds: as asked, else the start-up time. */
  readonly horizonSeconds: number;
};

/** Drift that is as severe and as certain as can be adds this share of replicas. */
const MAXIMUM_DRIFT_UPLIFT = 0.5;

/**
 * The decision of the design, stage by stage: from the current replicas to those for the observed load,
 * for the forecast, for what a call costs now, for drift, and at last through the guards. Each stage's
 * difference is its contribution, so they add up to recommended minus current replicas exactly.
 */
export function decide(settings: AllocationSettings, inputs: AllocationInputs): DecisionDraft {
  const { current, observedCallsPerSecond, forecast, history, timeSeconds } = inputs;
  const cost = inputs.cost.status === "ready" ? inputs.cost.value : undefined;
  const learnedCapacity = estimateCapacity(settings, current, cost?.learned);
  const capacity = estimateCapacity(settings, current, cost?.recent);
  const horizonSeconds = inputs.horizonSeconds ?? settings.startUpSeconds;
  const demand =
    forecast.status === "ready" ? demandAhead(forecast.value, horizonSeconds) : undefined;
  const status = statusOf(inputs, demand, capacity);
  const isKnown = status.status === "ready";
  const branch = isKnown ? branchOf(settings, inputs) : "reactive";

  const contributions: Contribution[] = [];
  let replicas = current.replicas;
  const moveTo = (cause: ContributionCause, next: number | undefined): void => {
    if (next === undefined || next === replicas) return;
    contributions.push({ cause, replicas: next - replicas });
    replicas = next;
  };
  const reactive = replicasFor(observedCallsPerSecond, capacity);
  let expectedCallsPerSecond = observedCallsPerSecond;
  if (isKnown && demand !== undefined) {
    expectedCallsPerSecond = demand.upper * driftFactor(settings, branch, inputs.drift);
    moveTo("load", replicasFor(observedCallsPerSecond, learnedCapacity));
    moveTo("forecast", replicasFor(demand.upper, learnedCapacity));
    moveTo("shape", replicasFor(demand.upper, capacity));
    moveTo("drift", replicasFor(expectedCallsPerSecond, capacity));
  } else {
    moveTo("load", reactive);
  }
  const needed = Math.max(replicas, reactive ?? 0);
  const guarded = applyGuards(replicas, {
    settings,
    timeSeconds,
    currentReplicas: current.replicas,
    reactiveReplicas: reactive,
    isKnown,
    unconfirmedSilenceSeconds: inputs.unconfirmedSilenceSeconds,
    askedSinceSeconds: inputs.askedSinceSeconds,
    history,
  });
  for (const { guard, replicas: change } of guarded.changes) {
    moveTo(guard, replicas + change);
  }
  const wantedReplicas = isKnown ? needed : Math.max(needed, replicas);

  const shape = shapeReplica({
    current,
    cost: cost?.recent,
    utilizationRatio: settings.targetUtilizationRatio,
    callsPerSecondPerReplica:
      expectedCallsPerSecond === undefined ? undefined : expectedCallsPerSecond / replicas,
  });
  const bounds = boundsAround(settings, replicas, isKnown ? demand : undefined, capacity);
  return {
    workload: inputs.workload,
    timeSeconds,
    status,
    branch,
    driftScore: inputs.drift.status === "ready" ? inputs.drift.value.score : undefined,
    confidenceLevel: inputs.drift.status === "ready" ? inputs.drift.value.confidence : undefined,
    predictedWorkload:
      inputs.predictedWorkload.status === "ready" ? inputs.predictedWorkload.value : undefined,
    forecast: forecast.status === "ready" ? forecast.value : undefined,
    current,
    recommended: {
      target: { replicas, ...shape.target },
      lowerBound: { replicas: bounds.lower, ...shape.lowerBound },
      upperBound: { replicas: bounds.upper, ...shape.upperBound },
    },
    contributions,
    guards: guarded.changes.map(({ guard }) => guard),
    expiresAtSeconds: timeSeconds + settings.expirySeconds,
    capacity,
    reactiveReplicas: reactive,
    wantedReplicas,
    horizonSeconds,
  };
}

function statusOf(
  inputs: AllocationInputs,
  demand: Demand | undefined,
  capacity: Capacity | undefined,
): DecisionStatus {
  if (inputs.forecast.status !== "ready") return inputs.forecast;
  if (demand === undefined) return { status: "failed", reason: "fit_failed" };
  if (!Object.values(demand).every(Number.isFinite)) {
    return { status: "failed", reason: "non_finite_input" };
  }
  if (inputs.observedCallsPerSecond === undefined) {
    return { status: "failed", reason: "stale_input" };
  }
  // By the network alone more may be needed, but never fewer.
  if (capacity === undefined || capacity.limitedBy === "network_only") {
    return inputs.cost.status === "failed"
      ? inputs.cost
      : { status: "warming_up", reason: "no_usage_yet" };
  }
  return { status: "ready" };
}

function branchOf(
  settings: AllocationSettings,
  { drift, predictedWorkload }: AllocationInputs,
): DecisionBranch {
  if (
    drift.status === "ready" &&
    drift.value.score > settings.driftThreshold &&
    drift.value.confidence > settings.driftConfidenceThreshold
  ) {
    return "drift";
  }
  if (predictedWorkload.status === "ready" && predictedWorkload.value.class !== "normal") {
    return "shape";
  }
  return "keep";
}

/** 1 without drift; grows with how far the score is above its threshold and with the confidence. */
function driftFactor(
  settings: AllocationSettings,
  branch: DecisionBranch,
  drift: ModelResult<Drift>,
): number {
  if (branch !== "drift" || drift.status !== "ready") return 1;
  const { score, confidence } = drift.value;
  const excess = (score - settings.driftThreshold) / (1 - settings.driftThreshold);
  return 1 + MAXIMUM_DRIFT_UPLIFT * excess * confidence;
}

interface Demand {
  readonly lower: number;
  readonly upper: number;
  /** The largest upper bound at any horizon. */
  readonly peak: number;
}

/**
 * Calls per second until a replica that is started now would serve: the upper end of the interval, so
 * that the load stays below it as often as the interval covers.
 */
function demandAhead(forecast: VolumeForecast, horizonSeconds: number): Demand | undefined {
  const points = [...forecast.points].sort((a, b) => a.horizonSeconds - b.horizonSeconds);
  const beyond = points.findIndex((point) => point.horizonSeconds >= horizonSeconds);
  const ahead = beyond === -1 ? points : points.slice(0, beyond + 1);
  if (ahead.length === 0) return undefined;
  return {
    lower: Math.min(...ahead.map(({ lower }) => lower)),
    upper: Math.max(...ahead.map(({ upper }) => upper)),
    peak: Math.max(...points.map(({ upper }) => upper)),
  };
}

function boundsAround(
  settings: AllocationSettings,
  target: number,
  demand: Demand | undefined,
  capacity: Capacity | undefined,
): { lower: number; upper: number } {
  const within = (replicas: number): number =>
    Math.max(settings.minimumReplicas, Math.min(settings.maximumReplicas, replicas));
  const lower = within(replicasFor(demand?.lower, capacity) ?? target);
  const peak = demand === undefined ? undefined : demand.peak * (1 + MAXIMUM_DRIFT_UPLIFT);
  const upper = within(replicasFor(peak, capacity) ?? target);
  return { lower: Math.min(target, lower), upper: Math.max(target, upper) };
}
