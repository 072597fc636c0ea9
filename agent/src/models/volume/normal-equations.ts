import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import type { KeptColumns } from "./kept-columns.js";

/** A pivot below this share of its diagonal is what rounding leaves of a feature that says nothing new. */
const MIN_PIVOT_RATIO = 1e-10;

/**
 * Linear least squares on a stream that forgets: A <- lambda A + x x', b <- lambda b + x y, and now and
 * then the weights are the solution of (A + ridge) w = b. Unlike recursive least squares with forgetting,
 * whose covariance winds up where a feature is silent, a silent feature only loses its evidence, and its
 * weight shrinks to zero.
 *
 * `features` is the length d of x. Memory: d (d + 1) / 2 + 2 d doubles. Sources: Hoerl and Kennard, "Ridge
 * Regression", Technometrics 1970; Astrom and Wittenmark, "Adaptive Control", 1995, 11.5 (wind-up).
 */
export class NormalEquations {
  readonly #features: number;
  readonly #discount: number;
  readonly #ridgeObservations: number;
  /** Lower triangle of A, row by row. */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  readonly #weights: Float64Array;
  readonly #factor: Float64Array;
  #observations = 0;

  /**
   * Every feature's own square counts `ridgeObservations` observations more: a ridge in units of the data,
   * which says the same whatever the features are measured in and fades as evidence comes in.
   */
  constructor(features: number, halfLifeObservations: number, ridgeObservations: number) {
    this.#ridgeObservations = ridgeObservations;
    this.#features = features;
    this.#discount = 2 ** (-1 / halfLifeObservations);
    this.#squares = new Float64Array((features * (features + 1)) / 2);
    this.#factor = new Float64Array(this.#squares.length);
    this.#products = new Float64Array(features);
    this.#weights = new Float64Array(features);
  }

  /** What it has learned from, discounted. */
  get observations(): number {
    return this.#observations;
  }

  /** Learns that the features `rows[offset..]` came with `target`; all must be finite. */
  learn(rows: Float64Array, offset: number, target: number): void {
    const squares = this.#squares;
    const products = this.#products;
    const discount = this.#discount;
    this.#observations = this.#observations * discount + 1;
    let at = 0;
    for (let i = 0; i < this.#features; i += 1) {
      const value = rows[offset + i] ?? 0;
      products[i] = (products[i] ?? 0) * discount + value * target;
      for (let j = 0; j <= i; j += 1) {
        squares[at] = (squares[at] ?? 0) * discount + value * (rows[offset + j] ?? 0);
        at += 1;
      }
    }
  }

  /** Solves for new weights by a Cholesky factorization; features without a pivot get none. */
  solve(): void {
    const n = this.#features;
    const factor = this.#factor;
    const ridge = 1 + this.#ridgeObservations / Math.max(1, this.#observations);
    const weights = this.#weights;
    for (let i = 0; i < n; i += 1) {
      const row = (i * (i + 1)) / 2;
      let solution = this.#products[i] ?? 0;
      for (let j = 0; j <= i; j += 1) {
        const other = (j * (j + 1)) / 2;
        const own = this.#squares[row + j] ?? 0;
        let sum = i === j ? own * ridge : own;
        for (let k = 0; k < j; k += 1) sum -= (factor[row + k] ?? 0) * (factor[other + k] ?? 0);
        if (i === j) {
          factor[row + i] = sum > MIN_PIVOT_RATIO * own ? Math.sqrt(sum) : 0;
        } else {
          const pivot = factor[other + j] ?? 0;
          factor[row + j] = pivot > 0 ? sum / pivot : 0;
        }
      }
      for (let k = 0; k < i; k += 1) solution -= (factor[row + k] ?? 0) * (weights[k] ?? 0);
      const pivot = factor[row + i] ?? 0;
      weights[i] = pivot > 0 ? solution / pivot : 0;
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      let solution = weights[i] ?? 0;
      for (let k = i + 1; k < n; k += 1) {
        solution -= (factor[(k * (k + 1)) / 2 + i] ?? 0) * (weights[k] ?? 0);
      }
      const pivot = factor[(i * (i + 1)) / 2 + i] ?? 0;
      weights[i] = pivot > 0 ? solution / pivot : 0;
    }
  }

  /** The weighted sum of the features `rows[offset..]`, from number `first` on, with the weights of the last `solve`. */
  predict(rows: Float64Array, offset: number, first = 0): number {
    let sum = 0;
    for (let i = first; i < this.#features; i += 1) {
      sum += (this.#weights[i] ?? 0) * (rows[offset + i] ?? 0);
    }
    return sum;
  }

  snapshot(): Json {
    return {
      observations: this.#observations,
      squares: encodeFloats(this.#squares),
      products: encodeFloats(this.#products),
      weights: encodeFloats(this.#weights),
    };
  }

  /** `columns` says for each feature which one it was when the snapshot was taken; the same when left out. */
  restore(
    reader: SnapshotReader,
    columns: KeptColumns = { length: this.#features, of: (column) => column },
  ): void {
    const observations = reader.field("observations").nonNegative();
    const read = (name: string, length: number): Float64Array => {
      const values = reader.field(name).float64s(length);
      if (!values.every(Number.isFinite)) reader.field(name).refuse("finite values");
      return values;
    };
    const { length } = columns;
    const squares = read("squares", (length * (length + 1)) / 2);
    const products = read("products", length);
    const weights = read("weights", length);
    this.#observations = observations;
    for (let i = 0; i < this.#features; i += 1) {
      const row = columns.of(i);
      this.#products[i] = row === undefined ? 0 : (products[row] ?? 0);
      this.#weights[i] = row === undefined ? 0 : (weights[row] ?? 0);
      for (let j = 0; j <= i; j += 1) {
        const column = columns.of(j);
        const low = Math.min(row ?? 0, column ?? 0);
        const high = Math.max(row ?? 0, column ?? 0);
        this.#squares[(i * (i + 1)) / 2 + j] =
          row === undefined || column === undefined
            ? 0
            : (squares[(high * (high + 1)) / 2 + low] ?? 0);
      }
    }
  }
}
