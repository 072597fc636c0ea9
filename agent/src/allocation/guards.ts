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
  /** Seconds without any call, of which nobody knows yet whether nobody calls or nothing is reported. */
  readonly unconfirmedSilenceSeconds: number;
  /**
   * Since when whoever asks has said that so many run; undefined for a regular decision, which asks nobody.
   */
  readonly askedSinceSeconds: number | undefined;
  readonly history: RecommendationHistory;
}

/** Since when the current replicas have run, as far as the regular decisions know. */
function runningSince({ settings, timeSeconds, currentReplicas, history }: GuardContext): number {
  const breakSeconds = settings.scaleDownStabilizationSeconds;
  return history.runningSince(currentReplicas, timeSeconds, breakSeconds);
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
    (replicas, context) => {
      const { settings, timeSeconds, currentReplicas, history } = context;
      const since = timeSeconds - settings.scaleDownStabilizationSeconds;
      const ranSince = Math.min(runningSince(context), context.askedSinceSeconds ?? Infinity);
      // What has come to run counts as recommended when it came, as the first number in Kubernetes' HPA
      // does; what has run for longer does not, else a number that never changes would hold for ever.
      const arrived = ranSince >= since ? currentReplicas : 0;
      return Math.max(replicas, arrived, history.largestWantedSince(since) ?? 0);
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
    (replicas, context) => {
      const { settings, timeSeconds, currentReplicas, history, askedSinceSeconds } = context;
      const rate = step(settings.maxScaleDownReplicasPerMinute);
      const lookBack = timeSeconds - rate.seconds;
      const before = history.at(lookBack) ?? currentReplicas;
      // Who asks goes from what runs there. A regular decision goes on from the one before, whether or
      // not anybody follows it, unless more have come to run since.
      const isCounted = askedSinceSeconds !== undefined || runningSince(context) >= lookBack;
      const ran = isCounted ? Math.max(before, currentReplicas) : before;
      return Math.max(replicas, ran - rate.replicas);
    },
  ],
  ["reactive_floor", (replicas, { reactiveReplicas }) => Math.max(replicas, reactiveReplicas ?? 0)],
  [
    "hold_on_unknown",
    (replicas, context) => {
      const { isKnown, currentReplicas, history, askedSinceSeconds } = context;
      if (mayLower(context)) return replicas;
      const held = Math.max(replicas, history.last ?? currentReplicas);
      // A silence is frequent where calls are rare: a regular decision stays what it was.
      return isKnown && askedSinceSeconds === undefined ? held : Math.max(held, currentReplicas);
    },
  ],
  ["minimum_replicas", (replicas, { settings }) => Math.max(replicas, settings.minimumReplicas)],
  [
    "maximum_replicas",
    // More may run than are allowed, after a change of the configuration say: unknown never lowers them.
    (replicas, context) => {
      const running = mayLower(context) ? 0 : context.currentReplicas;
      return Math.min(replicas, Math.max(context.settings.maximumReplicas, running));
    },
  ],
];

function mayLower({ isKnown, unconfirmedSilenceSeconds }: GuardContext): boolean {
  return isKnown && unconfirmedSilenceSeconds === 0;
}

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
