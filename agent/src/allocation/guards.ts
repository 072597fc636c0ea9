import type { Guard } from "../core/index.js";
import type { RecommendationHistory } from "./history.js";
import type { AllocationSettings } from "./settings.js";

export interface GuardContext {
  readonly settings: AllocationSettings;
  readonly timeSeconds: number;
  readonly currentReplicas: number;
  /** Replicas that the observed load needs; undefined when the load or the capacity is unknown. */
  readonly reactiveReplicas: number | undefined;
  /** Whether every model that the recommendation rests on is ready. */
  readonly isKnown: boolean;
  readonly history: RecommendationHistory;
}

type GuardRule = readonly [Guard, (replicas: number, context: GuardContext) => number];

const SECONDS_PER_MINUTE = 60;

/** Whole replicas in how many seconds: a rate below one a minute is one in accordingly more time. */
function step(replicasPerMinute: number): { replicas: number; seconds: number } {
  return {
    replicas: Math.max(1, Math.floor(replicasPerMinute)),
    seconds: SECONDS_PER_MINUTE / Math.min(1, replicasPerMinute),
  };
}

/**
 * What holds a recommendation back, in the order in which it is applied; each gets what the one before
 * let through. Stabilization comes before the rates, as what it remembers was never held by them; the bounds
 * come last, so nothing can break them but the rule that what is unknown never lowers what runs.
 */
const GUARD_RULES: readonly GuardRule[] = [
  [
    "stabilization",
    (replicas, { settings, timeSeconds, currentReplicas, history }) => {
      // As long as nothing was recommended, the current number is what was, as in Kubernetes' HPA.
      if (history.last === undefined) return Math.max(replicas, currentReplicas);
      const since = timeSeconds - settings.scaleDownStabilizationSeconds;
      return Math.max(replicas, history.largestWantedSince(since) ?? 0);
    },
  ],
  [
    "no_scale_in_on_prediction",
    (replicas, { settings, timeSeconds, currentReplicas, reactiveReplicas, history }) => {
      if (settings.allowScaleInOnPrediction) return replicas;
      const since = timeSeconds - settings.scaleDownStabilizationSeconds;
      const needed = Math.max(history.largestReactiveSince(since) ?? 0, reactiveReplicas ?? 0);
      return Math.max(replicas, Math.min(currentReplicas, needed));
    },
  ],
  [
    "scale_up_rate",
    (replicas, { settings, timeSeconds, currentReplicas, history }) => {
      const rate = step(settings.maxScaleUpReplicasPerMinute);
      const before = history.at(timeSeconds - rate.seconds) ?? currentReplicas;
      // Somebody else may have added replicas: this guard takes none of them away.
      return Math.min(replicas, Math.max(before + rate.replicas, currentReplicas));
    },
  ],
  [
    "scale_down_rate",
    (replicas, { settings, timeSeconds, currentReplicas, history }) => {
      const rate = step(settings.maxScaleDownReplicasPerMinute);
      const before = history.at(timeSeconds - rate.seconds) ?? currentReplicas;
      return Math.max(replicas, before - rate.replicas);
    },
  ],
  ["reactive_floor", (replicas, { reactiveReplicas }) => Math.max(replicas, reactiveReplicas ?? 0)],
  [
    "hold_on_unknown",
    (replicas, { isKnown, currentReplicas, history }) =>
      isKnown ? replicas : Math.max(replicas, currentReplicas, history.last ?? 0),
  ],
  ["minimum_replicas", (replicas, { settings }) => Math.max(replicas, settings.minimumReplicas)],
  [
    "maximum_replicas",
    // More may run than are allowed, after a change of the configuration say: unknown never lowers them.
    (replicas, { settings, isKnown, currentReplicas }) =>
      Math.min(replicas, Math.max(settings.maximumReplicas, isKnown ? 0 : currentReplicas)),
  ],
];

/** Applies all guards. `changes` has those that changed something, in order; they add up. */
export function applyGuards(
  replicas: number,
  context: GuardContext,
): { replicas: number; changes: readonly { guard: Guard; replicas: number }[] } {
  const changes: { guard: Guard; replicas: number }[] = [];
  let guarded = replicas;
  for (const [guard, rule] of GUARD_RULES) {
    const next = rule(guarded, context);
    if (next !== guarded) changes.push({ guard, replicas: next - guarded });
    guarded = next;
  }
  return { replicas: guarded, changes };
}
