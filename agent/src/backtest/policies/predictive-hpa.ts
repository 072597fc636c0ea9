import {
  DEFAULT_TOLERANCE,
  DEFAULT_WINDOW_SECONDS,
  HorizontalAutoscaler,
} from "./horizontal-autoscaler.js";
import { LeastSquaresLine } from "./least-squares-line.js";
import {
  leadSteps,
  stepsOf,
  type Policy,
  type PolicyContext,
  type PolicyVariant,
} from "./policy.js";
import { TARGET_UTILIZATIONS } from "./settings.js";

const SECONDS_PER_DAY = 86_400;
const WINDOWS_SECONDS = [0, 120, DEFAULT_WINDOW_SECONDS] as const;
const HISTORY_SIZES = [3, 6, 10, 20] as const;

/** A model over the autoscaler's own counts: learns one, answers what it expects when it can. */
type CountModel = (count: number) => number | undefined;

/**
 * The Predictive Horizontal Pod Autoscaler: the HPA's own count, a model over the history of these counts
 * that looks ahead, and the larger of both, stabilized. Source: predictive-horizontal-pod-autoscaler
 * documentation (jthomperoo), "Models" and "decisionType: maximum".
 */
function variantOf(
  label: string,
  context: PolicyContext,
  windowSeconds: number,
  startModel: () => CountModel,
): PolicyVariant {
  const { cluster } = context;
  return {
    label: `${label}, window ${windowSeconds} s`,
    start: () => {
      const parts = TARGET_UTILIZATIONS.map((target) => ({
        perReplica: cluster.callsPerReplica * target,
        autoscaler: new HorizontalAutoscaler({
          cluster,
          windowSeconds,
          tolerance: DEFAULT_TOLERANCE,
        }),
        model: startModel(),
      }));
      return {
        step: ({ calls, isKnown }, asked) => {
          for (const [at, { perReplica, autoscaler, model }] of parts.entries()) {
            const current = asked[at] ?? 1;
            const count = isKnown ? autoscaler.count(calls / perReplica, current) : current;
            const expected = model(count);
            if (!isKnown) continue;
            const ahead = expected === undefined ? count : Math.ceil(expected);
            asked[at] = autoscaler.hold(Math.max(count, ahead), current);
          }
        },
      };
    },
  };
}

/** `Linear`: the line through the last counts, at the look-ahead. */
export function linearPredictiveHpa(context: PolicyContext): Policy {
  const variants = HISTORY_SIZES.flatMap((size) =>
    WINDOWS_SECONDS.map((windowSeconds) =>
      variantOf(`history ${size}`, context, windowSeconds, () => {
        const line = new LeastSquaresLine(size);
        return (count) => {
          line.push(count);
          return line.ahead(leadSteps(context));
        };
      }),
    ),
  );
  return {
    name: "phpa_linear",
    knob: "target utilization",
    settings: TARGET_UTILIZATIONS,
    variants,
  };
}

/** Level, trend and season: the example of the documents first, then slower ones. */
const SMOOTHINGS = [
  [0.9, 0.9, 0.9],
  [0.5, 0.1, 0.5],
  [0.3, 0.01, 0.3],
  [0.1, 0, 0.2],
] as const;

/** `HoltWinters` with a season of a day, additive: Winters, "Forecasting Sales by Exponentially Weighted Moving Averages", 1960. */
export function holtWintersPredictiveHpa(context: PolicyContext): Policy {
  const period = stepsOf(SECONDS_PER_DAY, context);
  const variants = SMOOTHINGS.flatMap(([alpha, beta, gamma]) =>
    WINDOWS_SECONDS.map((windowSeconds) =>
      variantOf(`alpha ${alpha}, beta ${beta}, gamma ${gamma}`, context, windowSeconds, () =>
        holtWinters(alpha, beta, gamma, period, leadSteps(context)),
      ),
    ),
  );
  return {
    name: "phpa_holt_winters",
    knob: "target utilization",
    settings: TARGET_UTILIZATIONS,
    variants,
  };
}

function holtWinters(
  alpha: number,
  beta: number,
  gamma: number,
  period: number,
  ahead: number,
): CountModel {
  const season = new Float64Array(period);
  let seen = 0;
  let level = 0;
  let trend = 0;
  return (count) => {
    const slot = seen % period;
    seen += 1;
    if (seen <= period) {
      // The first season is only collected; it starts as its differences from its mean.
      season[slot] = count;
      level += (count - level) / seen;
      if (seen < period) return undefined;
      season.forEach((value, at) => {
        season[at] = value - level;
      });
      return undefined;
    }
    const before = level;
    const usual = season[slot] ?? 0;
    level = alpha * (count - usual) + (1 - alpha) * (level + trend);
    trend = beta * (level - before) + (1 - beta) * trend;
    season[slot] = gamma * (count - level) + (1 - gamma) * usual;
    return level + ahead * trend + (season[(slot + ahead) % period] ?? 0);
  };
}
