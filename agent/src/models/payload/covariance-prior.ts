import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/**
 * Keeps covariances of few rows sane: the mode of the posterior under an inverse Wishart prior with
 * d + 2 degrees of freedom and the scale (pooled covariance) / K^(2/d), the default of Fraley and
 * Raftery, "Bayesian Regularization for Normal Mixture Estimation and Model-Based Clustering", Journal
 * of Classification 24, 2007, section 3.1. With many rows it changes nothing that matters.
 */
export class CovariancePrior {
  readonly #dimension: number;
  /** d x d, lower triangle. */
  readonly #pooled: Float64Array;
  readonly #varianceFloor: number;

  private constructor(dimension: number, pooled: Float64Array, varianceFloor: number) {
    this.#dimension = dimension;
    this.#pooled = pooled;
    this.#varianceFloor = varianceFloor;
  }

  /** From all rows together (`count` x `dimension`, row by row); the floor is a standard deviation. */
  static ofRows(
    rows: Float64Array,
    count: number,
    dimension: number,
    deviationFloor: number,
  ): CovariancePrior {
    const mean = new Float64Array(dimension);
    for (let row = 0; row < count; row += 1) {
      for (let i = 0; i < dimension; i += 1) {
        mean[i] = (mean[i] ?? 0) + (rows[row * dimension + i] ?? NaN) / count;
      }
    }
    const pooled = new Float64Array(dimension * dimension);
    const centered = new Float64Array(dimension);
    for (let row = 0; row < count; row += 1) {
      for (let i = 0; i < dimension; i += 1) {
        const difference = (rows[row * dimension + i] ?? NaN) - (mean[i] ?? NaN);
        centered[i] = difference;
        const at = i * dimension;
        for (let j = 0; j <= i; j += 1) {
          pooled[at + j] = (pooled[at + j] ?? 0) + (difference * (centered[j] ?? NaN)) / count;
        }
      }
    }
    return new CovariancePrior(dimension, pooled, deviationFloor * deviationFloor);
  }

  /**
   * Turns a component's scatter (sum of share times outer product, d x d, lower triangle) into its
   * covariance, in place. `weight` is the sum of the shares.
   */
  regularize(scatter: Float64Array, weight: number, components: number): void {
    const d = this.#dimension;
    const scale = components ** (-2 / d);
    // (scale + scatter) / (nu + n + d + 2) with nu = d + 2: the mode when the mean is the rows' own.
    const divisor = weight + 2 * d + 4;
    // The prior's mode alone would be scale / (2 d + 4), far too tight: it is lifted to the scale.
    const lift = 2 * d + 4;
    for (let i = 0; i < d; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const at = i * d + j;
        scatter[at] = ((scatter[at] ?? NaN) + lift * scale * (this.#pooled[at] ?? NaN)) / divisor;
      }
      scatter[i * d + i] = (scatter[i * d + i] ?? NaN) + this.#varianceFloor;
    }
  }

  snapshot(): Json {
    return { pooled: encodeFloats(this.#pooled), varianceFloor: this.#varianceFloor };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader, dimension: number): CovariancePrior {
    const pooled = reader.field("pooled").float64s(dimension * dimension);
    if (!pooled.every(Number.isFinite)) reader.field("pooled").refuse("finite numbers");
    const varianceFloor = reader.field("varianceFloor").nonNegative();
    return new CovariancePrior(dimension, pooled, varianceFloor);
  }
}
