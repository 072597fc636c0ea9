import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { solveNonnegative } from "./nonnegative-least-squares.js";

/** Before so many errors the starting weights hold. */
const MIN_OBSERVATIONS = 60;
/** Every feature's own square counts so many observations more: a ridge that fades. */
const RIDGE_OBSERVATIONS = 10;
/** A squared error of more than this many variances is a tail, which the quantiles of the residuals hold. */
const MAX_SQUARED_RATIO = 30;

/**
 * The variance of forecast errors as a non-negative combination of features, by least squares on squared
 * errors, each weighed by the inverse square of the variance that was expected, as that is how squared
 * errors scatter. What it learned from is forgotten. Sources: Engle, "Autoregressive Conditional
 * Heteroscedasticity", Econometrica 1982; Davidian and Carroll, "Variance Function Estimation", JASA 1987.
 */
export class VarianceRegression {
  readonly #discount: number;
  /** A, [features][features]. */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  readonly #weights: Float64Array;
  readonly #ridged: Float64Array;
  #observations = 0;

  /** `start` holds the weights before anything is learned. */
  constructor(start: readonly number[], halfLifeObservations: number) {
    this.#discount = 2 ** (-1 / halfLifeObservations);
    this.#weights = Float64Array.from(start);
    this.#squares = new Float64Array(start.length ** 2);
    this.#ridged = new Float64Array(start.length ** 2);
    this.#products = new Float64Array(start.length);
  }

  /** The variance for the features `rows[offset..]`, all of them finite and not negative. */
  predict(rows: Float64Array, offset: number): number {
    let sum = 0;
    for (let i = 0; i < this.#weights.length; i += 1) {
      sum += (this.#weights[i] ?? 0) * (rows[offset + i] ?? 0);
    }
    return sum;
  }

  /** Learns a squared error for which `expected` was said, which is positive. */
  learn(rows: Float64Array, offset: number, squaredError: number, expected: number): void {
    const n = this.#products.length;
    const discount = this.#discount;
    const target = Math.min(squaredError / expected, MAX_SQUARED_RATIO);
    this.#observations = this.#observations * discount + 1;
    for (let i = 0; i < n; i += 1) {
      const value = (rows[offset + i] ?? 0) / expected;
      this.#products[i] = (this.#products[i] ?? 0) * discount + value * target;
      for (let j = 0; j < n; j += 1) {
        const at = i * n + j;
        this.#squares[at] =
          (this.#squares[at] ?? 0) * discount + (value * (rows[offset + j] ?? 0)) / expected;
      }
    }
  }

  solve(): void {
    if (this.#observations < MIN_OBSERVATIONS) return;
    const n = this.#products.length;
    this.#ridged.set(this.#squares);
    for (let i = 0; i < n; i += 1) {
      const at = i * n + i;
      this.#ridged[at] = (this.#ridged[at] ?? 0) * (1 + RIDGE_OBSERVATIONS / this.#observations);
    }
    solveNonnegative(this.#ridged, this.#products, this.#weights);
  }

  snapshot(): Json {
    return {
      observations: this.#observations,
      squares: encodeFloats(this.#squares),
      products: encodeFloats(this.#products),
      weights: encodeFloats(this.#weights),
    };
  }

  restore(reader: SnapshotReader): void {
    const observations = reader.field("observations").nonNegative();
    const read = (name: string, length: number): Float64Array => {
      const values = reader.field(name).float64s(length);
      if (!values.every((value) => value >= 0 && value < Infinity)) {
        reader.field(name).refuse("values that are finite and not negative");
      }
      return values;
    };
    const squares = read("squares", this.#squares.length);
    const products = read("products", this.#products.length);
    const weights = read("weights", this.#weights.length);
    this.#observations = observations;
    this.#squares.set(squares);
    this.#products.set(products);
    this.#weights.set(weights);
  }
}
