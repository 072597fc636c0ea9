import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** A candidate may speak only after this many scored targets (discounted): fewer are luck. */
const MIN_SCORED = 12;

/**
 * A weight is the squared error, over naive's, to the power of minus this: 10% less error, and the weight is
 * threefold. As in ExpertWeights: bad candidates count for nothing, and equal ones average their noise out.
 */
const POWER = 10;
/** Weights stay finite beside a candidate that was never wrong. */
const MIN_RATIO = 1e-9;

/**
 * The exponentially discounted squared error of each candidate and, over the very same targets, that of
 * the first one (naive): candidates that were not always there are compared by the ratio of the two.
 */
export class CandidateErrors {
  readonly #discount: number;
  readonly #candidates: number;
  /** For each candidate: weight, its sum of squares, naive's sum of squares. */
  readonly #sums: Float64Array;

  constructor(candidates: number, halfLifeTargets: number) {
    this.#candidates = candidates;
    this.#discount = 2 ** (-1 / halfLifeTargets);
    this.#sums = new Float64Array(3 * candidates);
  }

  /** `forecasts[offset..]` holds one forecast per candidate, NaN where it had none. */
  score(forecasts: Float64Array, offset: number, target: number): void {
    const sums = this.#sums;
    const naiveError = (forecasts[offset] ?? NaN) - target;
    for (let candidate = 0; candidate < this.#candidates; candidate += 1) {
      const error = (forecasts[offset + candidate] ?? NaN) - target;
      if (error !== error || naiveError !== naiveError) continue;
      const at = 3 * candidate;
      sums[at] = (sums[at] ?? 0) * this.#discount + 1;
      sums[at + 1] = (sums[at + 1] ?? 0) * this.#discount + error * error;
      sums[at + 2] = (sums[at + 2] ?? 0) * this.#discount + naiveError * naiveError;
    }
  }

  /** Root mean squared error over naive's on the same targets; undefined before a target was scored. */
  ratioToNaive(candidate: number): number | undefined {
    const [weight = 0, own = 0, naive = 0] = this.#sums.subarray(3 * candidate);
    if (weight === 0) return undefined;
    // Two that are never wrong are equally good.
    return own === naive ? 1 : Math.sqrt(own / naive);
  }

  /** The number of the candidate with the smallest error among those that have a forecast now. */
  best(forecasts: Float64Array, offset: number): number {
    let best = 0;
    let bestRatio = 1;
    for (let candidate = 1; candidate < this.#candidates; candidate += 1) {
      const forecast = forecasts[offset + candidate] ?? NaN;
      const at = 3 * candidate;
      if (forecast !== forecast || (this.#sums[at] ?? 0) < MIN_SCORED) continue;
      // With both 0, NaN: then naive, which was never wrong, keeps speaking.
      const ratio = (this.#sums[at + 1] ?? 0) / (this.#sums[at + 2] ?? 0);
      if (ratio < bestRatio) {
        best = candidate;
        bestRatio = ratio;
      }
    }
    return best;
  }

  /**
   * The mean of the candidates that have a forecast now, weighed by their errors; to that of the first one
   * `firstShift` is added.
   */
  combine(forecasts: Float64Array, offset: number, firstShift: number): number {
    let sum = 0;
    let weights = 0;
    for (let candidate = 0; candidate < this.#candidates; candidate += 1) {
      const forecast = forecasts[offset + candidate] ?? NaN;
      const at = 3 * candidate;
      const isProven = candidate === 0 || (this.#sums[at] ?? 0) >= MIN_SCORED;
      if (forecast !== forecast || !isProven) continue;
      const own = this.#sums[at + 1] ?? 0;
      const naive = this.#sums[at + 2] ?? 0;
      // Two that are never wrong are equally good.
      const ratio = own === naive ? 1 : Math.max(MIN_RATIO, own / naive);
      const weight = ratio ** -POWER;
      sum += weight * (candidate === 0 ? forecast + firstShift : forecast);
      weights += weight;
    }
    return sum / weights;
  }

  snapshot(): Json {
    return encodeFloats(this.#sums);
  }

  restore(reader: SnapshotReader): void {
    const sums = reader.float64s(this.#sums.length);
    if (!sums.every((sum) => sum >= 0 && sum < Infinity)) reader.refuse("sums of squares");
    this.#sums.set(sums);
  }
}
