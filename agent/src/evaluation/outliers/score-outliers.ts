import type { ModelResult } from "../../core/index.js";
import { ready } from "../../core/index.js";
import { fitMixture } from "../../models/payload/mixture-fit.js";
import type { LabelledTable } from "./labelled-table.js";
import type { Split } from "./stratified-split.js";

/** In standard deviations of the training rows: what differs by less is the same. */
const DEVIATION_FLOOR = 1e-3;

export interface ScoredSplit {
  /** Of each test row: higher is more unlike the rest. */
  readonly scores: Float64Array;
  /** -log density alone, to see what the marginal densities add. */
  readonly plainScores: Float64Array;
  readonly components: number;
}

/**
 * Standardizes on the training rows, fits the payload model's mixture to them without their labels, and
 * scores the test rows.
 */
export function scoreOutliers(
  table: LabelledTable,
  split: Split,
  seed: number,
): ModelResult<ScoredSplit> {
  const { dimension } = table;
  const standardize = standardizer(table, split.train);
  const fitted = fitMixture(standardize(split.train), dimension, {
    seed,
    deviationFloor: DEVIATION_FLOOR,
  });
  if (fitted.status !== "ready") return fitted;
  const { mixture } = fitted.value;
  const test = standardize(split.test);
  return ready({
    scores: Float64Array.from(split.test, (_, row) => mixture.outlierScore(test, row * dimension)),
    plainScores: Float64Array.from(
      split.test,
      (_, row) => -mixture.logDensity(test, row * dimension),
    ),
    components: mixture.components,
  });
}

/** A constant column stays as it is, less its value. */
function standardizer(
  { rows, dimension }: LabelledTable,
  train: readonly number[],
): (indices: readonly number[]) => Float64Array {
  const means = new Float64Array(dimension);
  const deviations = new Float64Array(dimension);
  for (let i = 0; i < dimension; i += 1) {
    let sum = 0;
    for (const row of train) sum += rows[row * dimension + i] ?? NaN;
    const mean = sum / train.length;
    let squares = 0;
    for (const row of train) squares += ((rows[row * dimension + i] ?? NaN) - mean) ** 2;
    means[i] = mean;
    deviations[i] = Math.sqrt(squares / train.length) || 1;
  }
  return (indices) => {
    const standardized = new Float64Array(indices.length * dimension);
    for (const [at, row] of indices.entries()) {
      for (let i = 0; i < dimension; i += 1) {
        const value = rows[row * dimension + i] ?? NaN;
        standardized[at * dimension + i] = (value - (means[i] ?? NaN)) / (deviations[i] ?? NaN);
      }
    }
    return standardized;
  };
}
