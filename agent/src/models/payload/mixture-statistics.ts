import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";
import { CovariancePrior } from "./covariance-prior.js";
import { GaussianMixture } from "./gaussian-mixture.js";

/** A component that fewer calls than this are left of keeps this many, or its mean would be 0 / 0. */
const LEAST_CALLS_SHARE = 1e-6;

/**
 * The sufficient statistics of a mixture: of each component the sum of its shares, of the rows and of
 * their outer products, all in the weights of a `ForgettingWeight`.
 */
export class MixtureStatistics {
  readonly #components: number;
  readonly #dimension: number;
  readonly #prior: CovariancePrior;
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  /** K x d x d, lower triangles. */
  readonly #products: Float64Array;

  constructor(components: number, dimension: number, prior: CovariancePrior) {
    this.#components = components;
    this.#dimension = dimension;
    this.#prior = prior;
    this.#weights = new Float64Array(components);
    this.#sums = new Float64Array(components * dimension);
    this.#products = new Float64Array(components * dimension * dimension);
  }

  /** Adds a row (`rows[offset..offset + d]`) by the share that each component has in it. */
  add(rows: Float64Array, offset: number, shares: Float64Array, weight: number): void {
    const d = this.#dimension;
    for (let k = 0; k < this.#components; k += 1) {
      const share = weight * (shares[k] ?? 0);
      if (share === 0) continue;
      this.#weights[k] = (this.#weights[k] ?? 0) + share;
      for (let i = 0; i < d; i += 1) {
        const scaled = share * (rows[offset + i] ?? NaN);
        this.#sums[k * d + i] = (this.#sums[k * d + i] ?? 0) + scaled;
        const at = (k * d + i) * d;
        for (let j = 0; j <= i; j += 1) {
          this.#products[at + j] =
            (this.#products[at + j] ?? 0) + scaled * (rows[offset + j] ?? NaN);
        }
      }
    }
  }

  rescale(factor: number): void {
    for (const values of [this.#weights, this.#sums, this.#products]) {
      values.forEach((value, at) => {
        values[at] = value * factor;
      });
    }
  }

  /** The M step; `current` is the weight of one call now. Undefined when nothing is left of it. */
  mixture(current: number): GaussianMixture | undefined {
    const d = this.#dimension;
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) return undefined;
    const weights = new Float64Array(this.#components);
    const means = new Float64Array(this.#sums.length);
    const covariances = new Float64Array(this.#products.length);
    for (let k = 0; k < this.#components; k += 1) {
      const weight = Math.max(this.#weights[k] ?? 0, LEAST_CALLS_SHARE * total);
      weights[k] = weight / total;
      for (let i = 0; i < d; i += 1) means[k * d + i] = (this.#sums[k * d + i] ?? NaN) / weight;
      const scatter = covariances.subarray(k * d * d, (k + 1) * d * d);
      for (let i = 0; i < d; i += 1) {
        const mean = means[k * d + i] ?? NaN;
        for (let j = 0; j <= i; j += 1) {
          const at = i * d + j;
          const product = (this.#products[k * d * d + at] ?? NaN) / weight;
          const spread = product - mean * (means[k * d + j] ?? NaN);
          // Rounding may leave a variance a little below 0.
          scatter[at] = ((i === j ? Math.max(0, spread) : spread) * weight) / current;
        }
      }
      this.#prior.regularize(scatter, weight / current, this.#components);
    }
    const sum = weights.reduce((all, weight) => all + weight, 0);
    weights.forEach((weight, k) => {
      weights[k] = weight / sum;
    });
    try {
      return new GaussianMixture({ dimension: d, weights, means, covariances });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return undefined;
    }
  }

  snapshot(): Json {
    return {
      prior: this.#prior.snapshot(),
      weights: encodeFloats(this.#weights),
      sums: encodeFloats(this.#sums),
      products: encodeFloats(this.#products),
    };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader, components: number, dimension: number): MixtureStatistics {
    const prior = CovariancePrior.restore(reader.field("prior"), dimension);
    const statistics = new MixtureStatistics(components, dimension, prior);
    const { weights, sums, products } = {
      weights: reader.field("weights").float64s(components),
      sums: reader.field("sums").float64s(components * dimension),
      products: reader.field("products").float64s(components * dimension * dimension),
    };
    statistics.#weights.set(weights);
    statistics.#sums.set(sums);
    statistics.#products.set(products);
    return statistics;
  }
}
