import {
  encodeFloats,
  type Json,
  type MixtureParameters,
  type SnapshotReader,
} from "../../core/index.js";
import { choleskyInPlace, logDeterminant, squaredMahalanobis } from "./cholesky.js";
import { normalCdf } from "./normal-distribution.js";

const LOG_TWO_PI = Math.log(2 * Math.PI);
/** More components than this have never been asked for; a snapshot with more is refused. */
export const MAX_COMPONENTS = 64;
const MAX_DIMENSION = 4096;

/**
 * A mixture of normal distributions with full covariances, ready to be asked: log density by Cholesky
 * factors, which are computed once. Immutable. (McLachlan and Peel, "Finite Mixture Models", 2000.)
 */
export class GaussianMixture {
  readonly dimension: number;
  readonly components: number;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  /** K x d x d, lower triangular. */
  readonly #factors: Float64Array;
  /** log weight less half of d log(2 pi) + log determinant, K values. */
  readonly #logScales: Float64Array;
  /** Standard deviations of the coordinates, K x d. */
  readonly #deviations: Float64Array;
  /** log weight less log deviation less half of log(2 pi), K x d. */
  readonly #marginalLogScales: Float64Array;
  readonly #scratch: Float64Array;
  readonly #logs: Float64Array;

  /** Throws a RangeError when a covariance is not positive definite or the sizes do not fit. */
  constructor(parameters: MixtureParameters) {
    const { dimension, weights, means, covariances } = parameters;
    const components = weights.length;
    const square = dimension * dimension;
    if (means.length !== components * dimension || covariances.length !== components * square) {
      throw new RangeError(`${components} weights in ${dimension} dimensions need as many means`);
    }
    this.dimension = dimension;
    this.components = components;
    this.weights = weights;
    this.means = means;
    this.covariances = covariances;
    this.#factors = Float64Array.from(covariances);
    this.#logScales = new Float64Array(components);
    for (let k = 0; k < components; k += 1) {
      const factor = this.#factors.subarray(k * square, (k + 1) * square);
      if (!choleskyInPlace(factor, dimension)) {
        throw new RangeError(`the covariance of component ${k} is not positive definite`);
      }
      const logNormal = dimension * LOG_TWO_PI + logDeterminant(factor, dimension);
      this.#logScales[k] = Math.log(weights[k] ?? NaN) - logNormal / 2;
    }
    this.#deviations = Float64Array.from({ length: components * dimension }, (_, at) => {
      const coordinate = at % dimension;
      return Math.sqrt(covariances[at * dimension + coordinate] ?? NaN);
    });
    this.#marginalLogScales = this.#deviations.map(
      (deviation, at) =>
        Math.log(weights[Math.floor(at / dimension)] ?? NaN) - Math.log(deviation) - LOG_TWO_PI / 2,
    );
    this.#scratch = new Float64Array(dimension);
    this.#logs = new Float64Array(components);
  }

  /** The natural logarithm of the density at `rows[offset..offset + d]`. */
  logDensity(rows: Float64Array, offset = 0): number {
    return this.#logComponents(rows, offset);
  }

  /**
   * How unlike the rest a point is, in nats: -log density, plus -log density of each coordinate alone
   * (both from this mixture). The joint density of many dimensions rests on covariances that few rows
   * tell badly; the marginal ones, a composite likelihood (Varin, Reid and Firth, "An Overview of
   * Composite Likelihood Methods", Statistica Sinica 21, 2011), do not. Only its order has a meaning.
   */
  outlierScore(rows: Float64Array, offset = 0): number {
    return this.marginalScore(rows, offset) - this.#logComponents(rows, offset);
  }

  /** The part of {@link outlierScore} that the coordinates have each alone, nats. */
  marginalScore(rows: Float64Array, offset = 0): number {
    let score = 0;
    for (let i = 0; i < this.dimension; i += 1) {
      score -= this.marginalLogDensity(i, rows[offset + i] ?? NaN);
    }
    return score;
  }

  /** The natural logarithm of the density of one coordinate alone. */
  marginalLogDensity(coordinate: number, value: number): number {
    let largest = -Infinity;
    for (let k = 0; k < this.components; k += 1) {
      const z = this.#standardized(k, coordinate, value);
      const log = (this.#marginalLogScales[k * this.dimension + coordinate] ?? NaN) - (z * z) / 2;
      this.#logs[k] = log;
      if (log > largest) largest = log;
    }
    return largest + Math.log(this.#sumOfLogs(largest));
  }

  /**
   * The probability of each component given the point, into `responsibilities` from `at` on; answers the
   * log density. They add up to 1; far from everything the nearest component has all.
   */
  respond(rows: Float64Array, offset: number, responsibilities: Float64Array, at: number): number {
    const logDensity = this.#logComponents(rows, offset);
    for (let k = 0; k < this.components; k += 1) {
      responsibilities[at + k] = Math.exp((this.#logs[k] ?? NaN) - logDensity);
    }
    return logDensity;
  }

  /** P(X_i <= value) of one coordinate alone. */
  marginalCdf(coordinate: number, value: number): number {
    let probability = 0;
    for (let k = 0; k < this.components; k += 1) {
      probability += (this.weights[k] ?? 0) * normalCdf(this.#standardized(k, coordinate, value));
    }
    return probability;
  }

  /** P(X_i > value), accurate where the CDF is close to 1. */
  marginalSurvival(coordinate: number, value: number): number {
    let probability = 0;
    for (let k = 0; k < this.components; k += 1) {
      probability += (this.weights[k] ?? 0) * normalCdf(-this.#standardized(k, coordinate, value));
    }
    return probability;
  }

  /** P(X_1 <= second | X_0 = first): where the second coordinate lies among rows of the same first. */
  secondCdfGivenFirst(first: number, second: number): number {
    const d = this.dimension;
    let largest = -Infinity;
    for (let k = 0; k < this.components; k += 1) {
      const z = this.#standardized(k, 0, first);
      const log = (this.#marginalLogScales[k * d] ?? NaN) - (z * z) / 2;
      this.#logs[k] = log;
      if (log > largest) largest = log;
    }
    let total = 0;
    let below = 0;
    for (let k = 0; k < this.components; k += 1) {
      const share = Math.exp((this.#logs[k] ?? NaN) - largest);
      total += share;
      // Forward substitution with the Cholesky factor: the rest of the second that the first leaves open.
      const row = k * d * d + d;
      const known = (this.#factors[row] ?? NaN) * this.#standardized(k, 0, first);
      const open = second - (this.means[k * d + 1] ?? NaN) - known;
      below += share * normalCdf(open / (this.#factors[row + 1] ?? NaN));
    }
    return below / total;
  }

  snapshot(): Json {
    return {
      dimension: this.dimension,
      weights: encodeFloats(this.weights),
      means: encodeFloats(this.means),
      covariances: encodeFloats(this.covariances),
    };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader): GaussianMixture {
    const dimension = reader.field("dimension").count();
    if (dimension < 1 || dimension > MAX_DIMENSION) reader.field("dimension").refuse("a dimension");
    const weights = reader.field("weights").float64s();
    const components = weights.length;
    if (components < 1 || components > MAX_COMPONENTS || !weights.every((share) => share >= 0)) {
      reader.field("weights").refuse(`1 to ${MAX_COMPONENTS} shares`);
    }
    const means = reader.field("means").float64s(components * dimension);
    if (!means.every(Number.isFinite)) reader.field("means").refuse("finite numbers");
    const covariances = reader.field("covariances").float64s(components * dimension * dimension);
    try {
      return new GaussianMixture({ dimension, weights, means, covariances });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reader.field("covariances").refuse("positive definite matrices");
    }
  }

  #standardized(component: number, coordinate: number, value: number): number {
    const d = this.dimension;
    const mean = this.means[component * d + coordinate] ?? NaN;
    return (value - mean) / (this.#deviations[component * d + coordinate] ?? NaN);
  }

  /** Fills the log of weight times density of each component; answers the log of their sum. */
  #logComponents(rows: Float64Array, offset: number): number {
    const d = this.dimension;
    const x = this.#scratch;
    let largest = -Infinity;
    for (let k = 0; k < this.components; k += 1) {
      for (let i = 0; i < d; i += 1) {
        x[i] = (rows[offset + i] ?? NaN) - (this.means[k * d + i] ?? NaN);
      }
      const squared = squaredMahalanobis(this.#factors, k * d * d, d, x);
      const log = (this.#logScales[k] ?? NaN) - squared / 2;
      this.#logs[k] = log;
      if (log > largest) largest = log;
    }
    return largest + Math.log(this.#sumOfLogs(largest));
  }

  #sumOfLogs(largest: number): number {
    let sum = 0;
    for (const log of this.#logs) sum += Math.exp(log - largest);
    return sum;
  }
}
