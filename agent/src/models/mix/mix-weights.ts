import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { nonNegative } from "./recent-mix.js";

/** Errors older than this count half: as for the experts of the total load. */
const HALF_LIFE_SECONDS = 6 * 3600;
/** The first candidate speaks alone until the others have this many targets behind them. */
const PRIOR_TARGETS = 30;
/** Rounds through all pairs for each target; weights begin where they were, so one is nearly enough. */
const ROUNDS = 4;

/**
 * Weighs candidates so that their mixture would have been best lately: weights that are not negative and
 * add up to 1 minimize the discounted squared error of the weighted mean of mixes, each target counting by
 * its calls ("stacking": Breiman, "Stacked Regressions", Machine Learning 24, 1996). Errors one by one, as
 * for the total load, would not do: nearly all of each is the chance of a few calls, which is the same for
 * every candidate, so a bad one would hardly look worse than a good one.
 *
 * The sums are of differences to the first candidate. Each other one is shrunk by targets / (targets + 30),
 * or the horizon if that is longer, since overlapping targets err together.
 */
export class MixWeights {
  readonly #candidates: number;
  readonly #places: number;
  readonly #discount: number;
  readonly #priorTargets: number;
  /** Discounted products of the differences of two candidates to the first, candidates x candidates. */
  readonly #products: Float64Array;
  /** Discounted products of the differences of candidate and target to the first. */
  readonly #gains: Float64Array;
  readonly #weights: Float64Array;
  readonly #slopes: Float64Array;
  #targets = 0;

  constructor(
    candidates: number,
    places: number,
    windowSeconds: number,
    overlappingTargets: number,
  ) {
    this.#candidates = candidates;
    this.#places = places;
    this.#discount = 2 ** (-1 / Math.max(1, HALF_LIFE_SECONDS / windowSeconds, overlappingTargets));
    this.#priorTargets = Math.max(PRIOR_TARGETS, overlappingTargets);
    this.#products = new Float64Array(candidates * candidates);
    this.#gains = new Float64Array(candidates);
    this.#weights = new Float64Array(candidates);
    this.#weights[0] = 1;
    this.#slopes = new Float64Array(candidates);
  }

  weightOf(candidate: number): number {
    return this.#weights[candidate] ?? 0;
  }

  /**
   * What the candidates in `mixes[offset..]`, one row of places each, had said of `calls` by place, of
   * which there are `count` > 0. A row of NaN stands for the first one.
   */
  score(mixes: Float64Array, offset: number, calls: Float64Array, count: number): void {
    const { length } = this.#gains;
    this.#targets = this.#targets * this.#discount + 1;
    for (let a = 1; a < length; a += 1) {
      for (let b = a; b < length; b += 1) {
        let product = 0;
        for (let place = 0; place < this.#places; place += 1) {
          product +=
            this.#difference(mixes, offset, a, place) * this.#difference(mixes, offset, b, place);
        }
        this.#discountAndAdd(this.#products, a * length + b, count * product);
        if (a !== b) this.#products[b * length + a] = this.#products[a * length + b] ?? 0;
      }
      let gain = 0;
      for (let place = 0; place < this.#places; place += 1) {
        const surplus = (calls[place] ?? 0) / count - (mixes[offset + place] ?? 0);
        gain += this.#difference(mixes, offset, a, place) * surplus;
      }
      this.#discountAndAdd(this.#gains, a, count * gain);
    }
    this.#weigh();
  }

  /** Writes the weighted mean of the candidates: a mix again. */
  combine(mixes: Float64Array, offset: number, combined: Float64Array, at: number): void {
    for (let place = 0; place < this.#places; place += 1) {
      let share = mixes[offset + place] ?? NaN;
      for (let candidate = 1; candidate < this.#candidates; candidate += 1) {
        share += this.weightOf(candidate) * this.#difference(mixes, offset, candidate, place);
      }
      // Rounding may leave a hair below 0.
      combined[at + place] = Math.max(0, share);
    }
  }

  snapshot(): Json {
    return {
      targets: this.#targets,
      products: encodeFloats(this.#products),
      gains: encodeFloats(this.#gains),
      weights: encodeFloats(this.#weights),
    };
  }

  restore(reader: SnapshotReader): void {
    const targets = reader.field("targets").nonNegative();
    const finite = (name: string, length: number): Float64Array => {
      const values = reader.field(name).float64s(length);
      if (!values.every(Number.isFinite)) reader.field(name).refuse("finite values");
      return values;
    };
    const products = finite("products", this.#products.length);
    const gains = finite("gains", this.#gains.length);
    const weights = nonNegative(reader.field("weights"), this.#weights.length);
    const sum = weights.reduce((all, weight) => all + weight, 0);
    if (Math.abs(sum - 1) > SUM_TOLERANCE) reader.field("weights").refuse("weights that sum to 1");
    this.#targets = targets;
    this.#products.set(products);
    this.#gains.set(gains);
    this.#weights.set(weights);
  }

  /** Moves weight between each two candidates to where the error is smallest; a few rounds. */
  #weigh(): void {
    const { length } = this.#gains;
    const shrinkage = 1 + this.#priorTargets / this.#targets;
    const product = (a: number, b: number): number =>
      (this.#products[a * length + b] ?? 0) * (a === b ? shrinkage : 1);
    const weights = this.#weights;
    const slopes = this.#slopes;
    for (let a = 0; a < length; a += 1) {
      let slope = -(this.#gains[a] ?? 0);
      for (let b = 0; b < length; b += 1) slope += product(a, b) * (weights[b] ?? 0);
      slopes[a] = slope;
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let a = 0; a < length; a += 1) {
        if (a > 0 && product(a, a) === 0) continue;
        for (let b = a + 1; b < length; b += 1) {
          const curvature = product(a, a) + product(b, b) - 2 * product(a, b);
          // Who has not said anything yet has no weight.
          if (!(curvature > 0) || product(b, b) === 0) continue;
          const wanted = ((slopes[b] ?? 0) - (slopes[a] ?? 0)) / curvature;
          const moved = Math.min(weights[b] ?? 0, Math.max(-(weights[a] ?? 0), wanted));
          if (moved === 0) continue;
          weights[a] = (weights[a] ?? 0) + moved;
          weights[b] = (weights[b] ?? 0) - moved;
          for (let c = 0; c < length; c += 1) {
            slopes[c] = (slopes[c] ?? 0) + moved * (product(c, a) - product(c, b));
          }
        }
      }
    }
  }

  #difference(mixes: Float64Array, offset: number, candidate: number, place: number): number {
    const share = mixes[offset + candidate * this.#places + place] ?? NaN;
    return share !== share ? 0 : share - (mixes[offset + place] ?? NaN);
  }

  #discountAndAdd(sums: Float64Array, at: number, value: number): void {
    sums[at] = (sums[at] ?? 0) * this.#discount + value;
  }
}

const SUM_TOLERANCE = 1e-6;
