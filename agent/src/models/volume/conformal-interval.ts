import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** For normal errors, the 95% quantile over the mean absolute error: 1.645 / 0.798. */
const INITIAL_FACTOR = 2.1;
/**
 * A factor moves by exp(gain * (miss - expected)) a target: additive steps blew up under change. Targets
 * that overlap miss together, so the gain falls with the root of their number: with the whole of it, one
 * change of level made the factor of a far horizon grow a hundredfold.
 */
const GAIN = 0.05;
const MIN_FACTOR = 0.1;
const MAX_FACTOR = 20;
/** An interval is at least this share of the forecast wide on each side (times the factor). */
const MIN_SCALE_RATIO = 0.01;
/** How much wider the first interval is than one that rests on many independent errors. */
const SMALL_SAMPLE_WIDENING = 3;

export interface ConformalIntervalOptions {
  /** Nominal coverage, a ratio. */
  readonly level: number;
  /** Of the fast scale, which follows the last errors; in targets. */
  readonly fastHalfLifeTargets: number;
  /** Of the slow scale, which knows how errors grow with load; in targets. */
  readonly slowHalfLifeTargets: number;
  /** Targets that overlap, and so err together: the horizon in windows. */
  readonly overlappingTargets: number;
  /** Load that is taken for the smallest: one call in the time that a target covers. */
  readonly minLoad: number;
}

/**
 * The interval around a forecast, by adaptive conformal tracking: the width is a scale times a factor,
 * and each side's factor grows with each target that falls beyond it and shrinks a little with each that
 * does not, until the long-run share of misses is the nominal one whatever the errors are like.
 *
 * scale = half the recent mean absolute error + half sqrt(load) * mean of |error| / sqrt(load), because
 * the errors of counts grow with the square root of the load. Sources: Gibbs and Candes, "Adaptive
 * Conformal Inference Under Distribution Shift", NeurIPS 2021; Angelopoulos, Candes and Tibshirani,
 * "Conformal PID Control for Time Series Prediction", NeurIPS 2023 (quantile tracking).
 */
export class ConformalInterval {
  readonly #missRatio: number;
  readonly #gain: number;
  readonly #fastDiscount: number;
  readonly #slowDiscount: number;
  readonly #overlappingTargets: number;
  readonly #minLoad: number;
  /** Scored targets; fast weight and sum; slow weight and sum; factors below and above. */
  readonly #state = new Float64Array([0, 0, 0, 0, 0, INITIAL_FACTOR, INITIAL_FACTOR]);

  constructor(options: ConformalIntervalOptions) {
    this.#missRatio = (1 - options.level) / 2;
    this.#gain = GAIN / Math.sqrt(options.overlappingTargets);
    this.#fastDiscount = 2 ** (-1 / options.fastHalfLifeTargets);
    this.#slowDiscount = 2 ** (-1 / options.slowHalfLifeTargets);
    this.#overlappingTargets = options.overlappingTargets;
    this.#minLoad = options.minLoad;
  }

  get scored(): number {
    return this.#state[0] ?? 0;
  }

  /** How far below the point the interval reaches; NaN before the first scored target. */
  below(point: number): number {
    return this.#scale(point) * (this.#state[5] ?? NaN);
  }

  /** How far above the point the interval reaches; NaN before the first scored target. */
  above(point: number): number {
    return this.#scale(point) * (this.#state[6] ?? NaN);
  }

  /** A target has come. The bounds are those that were said, NaN when there were none yet. */
  score(point: number, lower: number, upper: number, target: number): void {
    const state = this.#state;
    const error = Math.abs(target - point);
    state[0] = (state[0] ?? 0) + 1;
    state[1] = (state[1] ?? 0) * this.#fastDiscount + 1;
    state[2] = (state[2] ?? 0) * this.#fastDiscount + error;
    state[3] = (state[3] ?? 0) * this.#slowDiscount + 1;
    state[4] =
      (state[4] ?? 0) * this.#slowDiscount + error / Math.sqrt(Math.max(point, this.#minLoad));
    if (lower !== lower) return;
    state[5] = this.#moved(state[5] ?? INITIAL_FACTOR, target < lower);
    state[6] = this.#moved(state[6] ?? INITIAL_FACTOR, target > upper);
  }

  snapshot(): Json {
    return encodeFloats(this.#state);
  }

  restore(reader: SnapshotReader): void {
    const state = reader.float64s(this.#state.length);
    if (!state.every((value) => value >= 0 && value < Infinity)) {
      reader.refuse("values that are finite and not negative");
    }
    this.#state.set(state);
  }

  #scale(point: number): number {
    const [scored = 0, fastWeight = 0, fastSum = 0, slowWeight = 0, slowSum = 0] = this.#state;
    if (scored === 0) return NaN;
    const load = Math.max(point, this.#minLoad);
    const scale = (0.5 * fastSum) / fastWeight + (0.5 * Math.sqrt(load) * slowSum) / slowWeight;
    const independentErrors = scored / this.#overlappingTargets;
    const widening = 1 + SMALL_SAMPLE_WIDENING / (1 + independentErrors);
    return Math.max(scale, MIN_SCALE_RATIO * point) * widening;
  }

  #moved(factor: number, missed: boolean): number {
    const moved = factor * Math.exp(this.#gain * ((missed ? 1 : 0) - this.#missRatio));
    return Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, moved));
  }
}
