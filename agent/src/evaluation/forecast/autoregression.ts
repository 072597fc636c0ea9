/** Keeps a constant series solvable; far below what any data resolve. */
const RELATIVE_JITTER = 1e-9;

/**
 * AR(p) with intercept, fitted once by ordinary least squares on the pairs whose values are all known, and
 * iterated to reach farther horizons: the baseline that forecasts must beat.
 */
export class Autoregression {
  readonly #order: number;
  /** Intercept, then the weight of the value 1..p steps back. */
  readonly #weights: Float64Array;
  readonly #mean: number;

  /** Fits on `values[0..end)`; NaN is unknown. */
  constructor(values: Float64Array, end: number, order: number) {
    this.#order = order;
    const known = values.subarray(0, end).filter(Number.isFinite);
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    // In deviations from the mean the squares stay near each other, whatever the unit.
    const width = order + 1;
    const squares = Array.from({ length: width }, () => new Float64Array(width + 1));
    const row = new Float64Array(width);
    const scale = Math.max(...known.map(Math.abs), Number.MIN_VALUE);
    for (let t = order; t < end; t += 1) {
      row[0] = 1;
      for (let lag = 1; lag <= order; lag += 1)
        row[lag] = ((values[t - lag] ?? NaN) - mean) / scale;
      const target = ((values[t] ?? NaN) - mean) / scale;
      if (!Number.isFinite(target) || !row.every(Number.isFinite)) continue;
      for (const [i, sums] of squares.entries()) {
        for (let j = 0; j < width; j += 1) sums[j] = (sums[j] ?? 0) + (row[i] ?? 0) * (row[j] ?? 0);
        sums[width] = (sums[width] ?? 0) + (row[i] ?? 0) * target;
      }
    }
    this.#weights = solved(squares);
    this.#weights[0] = (this.#weights[0] ?? 0) * scale;
    this.#mean = mean;
  }

  /** The forecasts 1..steps ahead of `origin`. What is unknown is taken to be the training mean. */
  path(values: Float64Array, origin: number, steps: number): Float64Array {
    const order = this.#order;
    const deviations = new Float64Array(order + steps);
    for (let lag = 0; lag < order; lag += 1) {
      const value = values[origin - lag] ?? NaN;
      deviations[order - 1 - lag] = Number.isNaN(value) ? 0 : value - this.#mean;
    }
    for (let step = order; step < order + steps; step += 1) {
      let sum = this.#weights[0] ?? 0;
      for (let lag = 1; lag <= order; lag += 1) {
        sum += (this.#weights[lag] ?? 0) * (deviations[step - lag] ?? 0);
      }
      deviations[step] = sum;
    }
    return deviations.subarray(order).map((deviation) => deviation + this.#mean);
  }
}

/** Solves the symmetric system whose right-hand side is the last column, by Gaussian elimination. */
function solved(rows: Float64Array[]): Float64Array {
  const n = rows.length;
  for (const [i, row] of rows.entries()) row[i] = (row[i] ?? 0) * (1 + RELATIVE_JITTER);
  for (let i = 0; i < n; i += 1) {
    const pivotRow = rows[i];
    const pivot = pivotRow?.[i] ?? 0;
    if (pivotRow === undefined || !(pivot > 0)) continue;
    for (let j = i + 1; j < n; j += 1) {
      const row = rows[j];
      if (row === undefined) continue;
      const factor = (row[i] ?? 0) / pivot;
      for (let k = i; k <= n; k += 1) row[k] = (row[k] ?? 0) - factor * (pivotRow[k] ?? 0);
    }
  }
  const weights = new Float64Array(n);
  for (let i = n - 1; i >= 0; i -= 1) {
    const row = rows[i];
    let sum = row?.[n] ?? 0;
    for (let k = i + 1; k < n; k += 1) sum -= (row?.[k] ?? 0) * (weights[k] ?? 0);
    const pivot = row?.[i] ?? 0;
    weights[i] = pivot > 0 ? sum / pivot : 0;
  }
  return weights;
}
