import {
  DEFAULT_TOLERANCE,
  DEFAULT_WINDOW_SECONDS,
  HorizontalAutoscaler,
} from "./horizontal-autoscaler.js";
import {
  leadSteps,
  stepsOf,
  type Policy,
  type PolicyContext,
  type PolicyVariant,
} from "./policy.js";
import { RememberedLoads } from "./remembered-loads.js";
import { TARGET_UTILIZATIONS } from "./settings.js";

const SECONDS_PER_DAY = 86_400;
/** The two periods that it knows, and the history that each needs, days. */
const PERIODS = [
  { days: 7, historyDays: 14 },
  { days: 1, historyDays: 3 },
] as const;
const LONGEST_HISTORY_DAYS = 14;
const RENEWAL_SECONDS = 12 * 3600;
/** What is more frequent than twice this is dropped, so a cycle is looked at in such pieces, seconds. */
const PIECE_SECONDS = 600;
/** A period counts when the load is so similar to itself one period before. */
const MINIMUM_AUTOCORRELATION = 0.5;
/** `maxNumOfSpectrumItems`. */
const MOST_HARMONICS = 20;
/** What is below or above is clipped before anything is learned. */
const CLIPPED_SHARE = 0.001;
/** `marginFraction` of the documents' examples, and half of it. */
const MARGINS = [0.1, 0.2] as const;
const WINDOWS_SECONDS = [0, DEFAULT_WINDOW_SECONDS] as const;
type Estimator = "fft" | "maxValue";

/**
 * Crane's EffectiveHPA with its DSP prediction: the HPA on the larger of the reading and the prediction, which
 * is the past cycles' main harmonics (`fft`) or their largest (`maxValue`), plus a margin. Only periods of a
 * day or a week are found, by autocorrelation; without one there is no prediction. Source: gocrane.io,
 * "Timeseries forecasting: DSP" and "EffectiveHorizontalPodAutoscaler".
 */
export function cranePolicy(context: PolicyContext): Policy {
  const variants = (["fft", "maxValue"] as const).flatMap((estimator) =>
    MARGINS.flatMap((margin) =>
      WINDOWS_SECONDS.map((windowSeconds) => variantOf(context, estimator, margin, windowSeconds)),
    ),
  );
  return { name: "crane", knob: "target utilization", settings: TARGET_UTILIZATIONS, variants };
}

function variantOf(
  context: PolicyContext,
  estimator: Estimator,
  margin: number,
  windowSeconds: number,
): PolicyVariant {
  const { cluster } = context;
  return {
    label: `${estimator}, margin ${margin}, window ${windowSeconds} s`,
    start: () => {
      const cycles = new CycleForecast(context, estimator);
      const parts = TARGET_UTILIZATIONS.map((target) => ({
        perReplica: cluster.callsPerReplica * target,
        autoscaler: new HorizontalAutoscaler({
          cluster,
          windowSeconds,
          tolerance: DEFAULT_TOLERANCE,
        }),
      }));
      return {
        step: ({ index, calls, isKnown }, asked) => {
          cycles.learn(index, calls);
          if (!isKnown) return;
          const predicted = cycles.at(index + leadSteps(context)) * (1 + margin);
          const load = Math.max(calls, predicted);
          for (const [at, { perReplica, autoscaler }] of parts.entries()) {
            asked[at] = autoscaler.decide(load / perReplica, asked[at] ?? 1);
          }
        },
      };
    },
  };
}

/** The next cycle from the last ones, renewed now and then. */
class CycleForecast {
  readonly #loads: RememberedLoads;
  readonly #estimator: Estimator;
  readonly #renewalSteps: number;
  readonly #pieceSteps: number;
  readonly #daySteps: number;
  /** Calls a step of each piece of the cycle, by its place since step 0. */
  #cycle: Float64Array | undefined;

  constructor(context: PolicyContext, estimator: Estimator) {
    this.#estimator = estimator;
    this.#daySteps = stepsOf(SECONDS_PER_DAY, context);
    this.#renewalSteps = stepsOf(RENEWAL_SECONDS, context);
    this.#pieceSteps = stepsOf(PIECE_SECONDS, context);
    this.#loads = new RememberedLoads(LONGEST_HISTORY_DAYS * this.#daySteps);
  }

  learn(index: number, calls: number): void {
    this.#loads.push(index, calls);
    if ((index + 1) % this.#renewalSteps === 0) this.#renew(index);
  }

  /** 0 while there is no period. */
  at(index: number): number {
    const cycle = this.#cycle;
    if (cycle === undefined) return 0;
    return cycle[Math.floor(index / this.#pieceSteps) % cycle.length] ?? 0;
  }

  #renew(last: number): void {
    this.#cycle = undefined;
    for (const { days, historyDays } of PERIODS) {
      const steps = historyDays * this.#daySteps;
      if (this.#loads.length < steps) continue;
      const pieces = this.#pieces(last, Math.floor(steps / this.#pieceSteps));
      const length = Math.round((days * this.#daySteps) / this.#pieceSteps);
      if (autocorrelation(pieces, length) < MINIMUM_AUTOCORRELATION) continue;
      const firstPiece = Math.floor((last + 1) / this.#pieceSteps) - pieces.length;
      this.#cycle = this.#cycleOf(pieces, firstPiece, length);
      return;
    }
  }

  /** Means of the last whole pieces, outliers clipped. */
  #pieces(last: number, count: number): Float64Array {
    const end = Math.floor((last + 1) / this.#pieceSteps) * this.#pieceSteps;
    const pieces = new Float64Array(count);
    for (let piece = 0; piece < count; piece += 1) {
      const from = end - (count - piece) * this.#pieceSteps;
      let sum = 0;
      for (let step = 0; step < this.#pieceSteps; step += 1)
        sum += this.#loads.at(from + step) ?? 0;
      pieces[piece] = sum / this.#pieceSteps;
    }
    const sorted = Float64Array.from(pieces).sort();
    const low = sorted[Math.floor(CLIPPED_SHARE * (count - 1))] ?? 0;
    const high = sorted[Math.ceil((1 - CLIPPED_SHARE) * (count - 1))] ?? 0;
    return pieces.map((value) => Math.min(high, Math.max(low, value)));
  }

  #cycleOf(pieces: Float64Array, firstPiece: number, length: number): Float64Array {
    const sums = new Float64Array(length);
    const most = new Float64Array(length);
    const counts = new Float64Array(length);
    pieces.forEach((value, at) => {
      const place = (((firstPiece + at) % length) + length) % length;
      sums[place] = (sums[place] ?? 0) + value;
      counts[place] = (counts[place] ?? 0) + 1;
      most[place] = Math.max(most[place] ?? 0, value);
    });
    if (this.#estimator === "maxValue") return most;
    return mainHarmonics(sums.map((sum, at) => sum / Math.max(1, counts[at] ?? 1)));
  }
}

function autocorrelation(values: Float64Array, lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let product = 0;
  let square = 0;
  for (let t = 0; t < values.length; t += 1) {
    const deviation = (values[t] ?? 0) - mean;
    square += deviation * deviation;
    if (t >= lag) product += deviation * ((values[t - lag] ?? 0) - mean);
  }
  // The products are fewer than the squares.
  const pairs = (values.length - lag) / values.length;
  return square > 0 ? product / square / pairs : 0;
}

/** The mean and the harmonics of largest amplitude, put together again. */
function mainHarmonics(cycle: Float64Array): Float64Array {
  const { length } = cycle;
  // The sine of t steps of n is that of t - n: one table serves all harmonics.
  const sines = Float64Array.from({ length }, (_, t) => Math.sin((2 * Math.PI * t) / length));
  const cosines = Float64Array.from({ length }, (_, t) => Math.cos((2 * Math.PI * t) / length));
  const mean = cycle.reduce((sum, value) => sum + value, 0) / length;
  const harmonics = Array.from({ length: Math.floor((length - 1) / 2) }, (_, k) => {
    const turns = k + 1;
    let real = 0;
    let imaginary = 0;
    for (let t = 0; t < length; t += 1) {
      const at = (turns * t) % length;
      real += (cycle[t] ?? 0) * (cosines[at] ?? 0);
      imaginary += (cycle[t] ?? 0) * (sines[at] ?? 0);
    }
    return { turns, real: (2 * real) / length, imaginary: (2 * imaginary) / length };
  });
  harmonics.sort((a, b) => Math.hypot(b.real, b.imaginary) - Math.hypot(a.real, a.imaginary));
  const kept = harmonics.slice(0, MOST_HARMONICS);
  return cycle.map((_, t) =>
    kept.reduce((sum, { turns, real, imaginary }) => {
      const at = (turns * t) % length;
      return sum + real * (cosines[at] ?? 0) + imaginary * (sines[at] ?? 0);
    }, mean),
  );
}
