import { replicasFor, type Cluster } from "../cluster/cluster.js";
import { Autoregression } from "../../evaluation/forecast/autoregression.js";
import { headroomVariant } from "./headroom.js";
import {
  leadSteps,
  stepsOf,
  type Policy,
  type PolicyContext,
  type PolicyVariant,
} from "./policy.js";
import { RememberedLoads } from "./remembered-loads.js";
import { HEADROOMS, HOLDS_SECONDS } from "./settings.js";
import { SlidingMaximum } from "./sliding-maximum.js";

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_WEEK = 7 * SECONDS_PER_DAY;
const HEADROOM = "headroom";

const WINDOW_MAXIMA_SECONDS = [60, 120, 180, 300, 480, 600, 900, 1200, 1800, 2700, 3600] as const;

/** The largest load of the last minutes and some more: simple, and hard to beat on smooth loads. */
export function windowMaximumPolicy(context: PolicyContext): Policy {
  const variants = WINDOW_MAXIMA_SECONDS.map((seconds) =>
    headroomVariant(`of ${seconds} s`, HEADROOMS, context.cluster, 0, () => {
      const maximum = new SlidingMaximum(stepsOf(seconds, context));
      return ({ calls }) => maximum.push(calls);
    }),
  );
  return { name: "window_maximum", knob: HEADROOM, settings: HEADROOMS, variants };
}

/** How much of yesterday's coming minutes is looked at, seconds. */
const SEASONAL_SPANS_SECONDS = [60, 300, 900, 1800] as const;

/** The largest load of the same minutes a day or a week ago, or the load now when that is more. */
export function seasonalNaivePolicy(context: PolicyContext): Policy {
  const lead = leadSteps(context);
  const variants = [SECONDS_PER_DAY, SECONDS_PER_WEEK].flatMap((seasonSeconds) =>
    SEASONAL_SPANS_SECONDS.flatMap((spanSeconds) =>
      [0, 300].map((holdSeconds) => {
        const season = stepsOf(seasonSeconds, context);
        const span = stepsOf(spanSeconds, context);
        const label = `season ${seasonSeconds} s, the next ${spanSeconds} s of it, held ${holdSeconds} s`;
        const holdSteps = Math.round(holdSeconds / context.cluster.stepSeconds);
        return headroomVariant(label, HEADROOMS, context.cluster, holdSteps, () => {
          const loads = new RememberedLoads(season + 1);
          return ({ index, calls }) => {
            loads.push(index, calls);
            let largest = calls;
            for (let ahead = lead; ahead < lead + span; ahead += 1) {
              largest = Math.max(largest, loads.at(index + ahead - season) ?? 0);
            }
            return largest;
          };
        });
      }),
    ),
  );
  return { name: "seasonal_naive", knob: HEADROOM, settings: HEADROOMS, variants };
}

const AR_ORDER = 30;
const COVERAGES = [0.5, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995, 0.998, 0.999] as const;

/**
 * An autoregression of order 30, fitted on the training part, and the margin that covers so much of its
 * errors there.
 */
export function autoregressivePolicy(context: PolicyContext): Policy {
  const { training } = context;
  const lead = leadSteps(context);
  const whole: Cluster = { ...context.cluster, calls: training };
  const model = new Autoregression(training, training.length, AR_ORDER);
  const errors: number[] = [];
  for (let t = AR_ORDER; t + lead < training.length; t += 1) {
    const error = (training[t + lead] ?? NaN) - (model.path(training, t, lead)[lead - 1] ?? NaN);
    if (!Number.isNaN(error)) errors.push(error);
  }
  errors.sort((a, b) => a - b);
  const margins = COVERAGES.map(
    (coverage) => errors[Math.floor(coverage * (errors.length - 1))] ?? 0,
  );
  const variants = HOLDS_SECONDS.map((holdSeconds): PolicyVariant => ({
    label: `held ${holdSeconds} s`,
    start: () => {
      const last = new Float64Array(AR_ORDER).fill(NaN);
      const holdSteps = Math.round(holdSeconds / context.cluster.stepSeconds);
      const held = COVERAGES.map(() => new SlidingMaximum(holdSteps + 1));
      return {
        step: ({ calls }, asked) => {
          last.copyWithin(0, 1);
          last[AR_ORDER - 1] = calls;
          const expected = model.path(last, AR_ORDER - 1, lead)[lead - 1] ?? calls;
          for (const [at, maximum] of held.entries()) {
            asked[at] = maximum.push(replicasFor(expected + (margins[at] ?? 0), whole));
          }
        },
      };
    },
  }));
  return { name: "ar30", knob: "coverage of the margin", settings: COVERAGES, variants };
}

const PEAK_SHARES = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1, 1.2,
] as const;

/** One number for ever: a share of what the largest load of the training part needs. */
export function staticPeakPolicy({ cluster, training }: PolicyContext): Policy {
  const whole: Cluster = { ...cluster, calls: training };
  const peak = training.reduce((most, calls) => (calls > most ? calls : most), 0);
  const replicas = PEAK_SHARES.map((share) => replicasFor(share * peak, whole));
  return {
    name: "static_peak",
    knob: "share of the largest load before",
    settings: PEAK_SHARES,
    variants: [
      {
        label: "",
        start: () => ({
          step: (_load, asked) => {
            asked.set(replicas);
          },
        }),
      },
    ],
  };
}
