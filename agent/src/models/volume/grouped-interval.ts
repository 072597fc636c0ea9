import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { LoadGroups, GROUPS } from "./load-groups.js";

/** Targets scored before there is an interval: fewer say little about tails. */
const MIN_SCORED = 60;
/** For normal errors, the 95% quantile over the mean absolute error: 1.645 / 0.798. */
const INITIAL_FACTOR = 2.1;
/**
 * A factor moves by exp(gain * (miss - expected)) a target. Targets that overlap much miss together, so the
 * gain falls with the root of the overlap beyond what errors share with their neighbors anyway.
 */
const GAIN = 0.05;
const FREE_OVERLAP_TARGETS = 6;
const MIN_FACTOR = 0.1;
const MAX_FACTOR = 50;
/** The mean absolute error of the last targets has this half-life, or the horizon's if that is longer. */
const FAST_HALF_LIFE_TARGETS = 30;
const SLOW_HALF_LIFE_SECONDS = 4 * 3600;
/** A scale is at least this share of the forecast. */
const MIN_SCALE_RATIO = 0.01;
/** Scored; fast weight and sum; slow weight and sum. */
const SUMS = 5;

export interface GroupedIntervalOptions {
  /** Nominal coverage, a ratio. */
  readonly level: number;
  readonly windowSeconds: number;
  /** Targets that overlap, and so err together: the horizon in windows. */
  readonly overlappingTargets: number;
  /** Load that is taken for the smallest: one call in the time that a target covers. */
  readonly minLoad: number;
}

/**
 * Calibrated bounds: a scale, which follows recent errors and the load, times a factor for each side and
 * each of three groups of load, so that a busy hour is not covered at the expense of quiet ones. Each
 * factor grows with every target beyond its bound and shrinks a little with every other, until misses are
 * as frequent as they should be, whatever the errors are like.
 *
 * scale = max(half the recent mean |error| + half sqrt(load) mean(|error| / sqrt(load)), 1% of the load).
 * Sources: Gibbs and Candes, "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021 (the
 * tracking); Bastani et al., "Practical Adversarial Multivalid Conformal Prediction", NeurIPS 2022 (groups).
 */
export class GroupedInterval {
  readonly #options: GroupedIntervalOptions;
  readonly #gain: number;
  readonly #fastDiscount: number;
  readonly #slowDiscount: number;
  readonly #groups: LoadGroups;
  readonly #sums = new Float64Array(SUMS);
  /** For each group: the factor below and the one above. */
  readonly #factors = new Float64Array(2 * GROUPS).fill(INITIAL_FACTOR);

  constructor(options: GroupedIntervalOptions) {
    this.#options = options;
    const overlap = Math.max(1, options.overlappingTargets / FREE_OVERLAP_TARGETS);
    this.#gain = GAIN / Math.sqrt(overlap);
    this.#fastDiscount = 2 ** (-1 / Math.max(FAST_HALF_LIFE_TARGETS, options.overlappingTargets));
    const slowTargets = SLOW_HALF_LIFE_SECONDS / options.windowSeconds;
    this.#slowDiscount = 2 ** (-1 / Math.max(1, slowTargets, options.overlappingTargets));
    this.#groups = new LoadGroups(options.windowSeconds);
  }

  get isReady(): boolean {
    return (this.#sums[0] ?? 0) >= MIN_SCORED;
  }

  /** How far below the point the interval reaches; NaN before it is ready. */
  below(point: number): number {
    return this.#reach(point, 0);
  }

  /** How far above the point the interval reaches; NaN before it is ready. */
  above(point: number): number {
    return this.#reach(point, 1);
  }

  /** A target has come. The bounds are those that were said, NaN when there were none yet. */
  score(point: number, lower: number, upper: number, target: number): void {
    const sums = this.#sums;
    const error = Math.abs(target - point);
    const load = Math.max(point, this.#options.minLoad);
    sums[0] = (sums[0] ?? 0) + 1;
    sums[1] = (sums[1] ?? 0) * this.#fastDiscount + 1;
    sums[2] = (sums[2] ?? 0) * this.#fastDiscount + error;
    sums[3] = (sums[3] ?? 0) * this.#slowDiscount + 1;
    sums[4] = (sums[4] ?? 0) * this.#slowDiscount + error / Math.sqrt(load);
    if (lower === lower) {
      const at = 2 * this.#groups.of(point);
      this.#move(at, target < lower);
      this.#move(at + 1, target > upper);
    }
    this.#groups.learn(point);
  }

  snapshot(): Json {
    return {
      sums: encodeFloats(this.#sums),
      factors: encodeFloats(this.#factors),
      groups: this.#groups.snapshot(),
    };
  }

  restore(reader: SnapshotReader): void {
    const read = (name: string, length: number): Float64Array => {
      const values = reader.field(name).float64s(length);
      if (!values.every((value) => value >= 0 && value < Infinity)) {
        reader.field(name).refuse("values that are finite and not negative");
      }
      return values;
    };
    const sums = read("sums", SUMS);
    const factors = read("factors", this.#factors.length);
    this.#groups.restore(reader.field("groups"));
    this.#sums.set(sums);
    this.#factors.set(factors);
  }

  #reach(point: number, side: 0 | 1): number {
    if (!this.isReady) return NaN;
    return this.#scale(point) * (this.#factors[2 * this.#groups.of(point) + side] ?? NaN);
  }

  #scale(point: number): number {
    const [, fastWeight = 0, fastSum = 0, slowWeight = 0, slowSum = 0] = this.#sums;
    const load = Math.max(point, this.#options.minLoad);
    const scale = (0.5 * fastSum) / fastWeight + (0.5 * Math.sqrt(load) * slowSum) / slowWeight;
    return Math.max(scale, MIN_SCALE_RATIO * point);
  }

  #move(at: number, missed: boolean): void {
    const expected = (1 - this.#options.level) / 2;
    const moved =
      (this.#factors[at] ?? INITIAL_FACTOR) * Math.exp(this.#gain * ((missed ? 1 : 0) - expected));
    this.#factors[at] = Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, moved));
  }
}
