import {
  failed,
  ready,
  seededRandom,
  warmingUp,
  type ModelResult,
  type Random,
} from "../../core/index.js";
import { CovariancePrior } from "./covariance-prior.js";
import { GaussianMixture } from "./gaussian-mixture.js";
import { startingClusters } from "./mixture-start.js";

const DEFAULT_MAX_COMPONENTS = 8;
/** EM stops when a round gains less than this, nats a row: no decision rests on less. */
const TOLERANCE_NATS = 1e-3;
const MAX_ROUNDS = 100;
/** Rows that a component must have for each of its dimensions, or its covariance is the prior's. */
const ROWS_PER_DIMENSION = 2;
/** More components are given up after so many that BIC liked less than the best one. */
const MAX_WORSE_IN_A_ROW = 2;
/** A share below it makes no difference to a sum of doubles that anybody looks at. */
const NEGLIGIBLE_SHARE = 1e-9;
const MIN_ROWS = 2;

export interface MixtureFitOptions {
  readonly seed: number;
  /** Components tried, 1 to this; 8 unless told. */
  readonly maxComponents?: number;
  /**
   * The least standard deviation within a component, in the unit of the rows: what differs by less is
   * the same. It keeps constant and collinear columns from making a covariance singular.
   */
  readonly deviationFloor: number;
}

export interface FittedMixture {
  readonly mixture: GaussianMixture;
  /** Schwarz' criterion, -2 log likelihood + parameters * log rows: smaller is better. */
  readonly bic: number;
  /** Of each number of components tried, from 1 on. */
  readonly bics: readonly number[];
}

/**
 * Fits a Gaussian mixture by expectation maximization (Dempster, Laird and Rubin, 1977) for 1, 2, ...
 * components and keeps the one that Schwarz' criterion (BIC, 1978) prefers. Covariances are full, at the
 * mode of an inverse Wishart prior (see {@link CovariancePrior}), so that a component of few rows stays
 * sane. The same seed gives the same mixture.
 *
 * `rows` is `count` x `dimension`, row by row, columns on comparable scales. Few rows are `warming_up`,
 * a value that is not finite is `failed`.
 */
export function fitMixture(
  rows: Float64Array,
  dimension: number,
  options: MixtureFitOptions,
): ModelResult<FittedMixture> {
  const count = Math.floor(rows.length / dimension);
  if (!(dimension >= 1) || count < MIN_ROWS) return warmingUp("too_few_calls");
  if (!rows.every(Number.isFinite)) return failed("non_finite_input");
  const most = Math.min(
    options.maxComponents ?? DEFAULT_MAX_COMPONENTS,
    Math.max(1, Math.floor(count / (ROWS_PER_DIMENSION * (dimension + 1)))),
  );
  const random = seededRandom(options.seed);
  const data: Data = { rows, count, dimension };
  const prior = CovariancePrior.ofRows(rows, count, dimension, options.deviationFloor);
  const bics: number[] = [];
  let best: { mixture: GaussianMixture; bic: number; components: number } | undefined;
  for (let components = 1; components <= most; components += 1) {
    const fitted = fitComponents(data, prior, components, random);
    if (fitted === undefined) break;
    bics.push(fitted.bic);
    if (best === undefined || fitted.bic < best.bic) best = { ...fitted, components };
    else if (components - best.components >= MAX_WORSE_IN_A_ROW) break;
  }
  if (best === undefined) return failed("fit_failed");
  return ready({ mixture: best.mixture, bic: best.bic, bics });
}

interface Data {
  readonly rows: Float64Array;
  readonly count: number;
  readonly dimension: number;
}

function fitComponents(
  data: Data,
  prior: CovariancePrior,
  components: number,
  random: Random,
): { mixture: GaussianMixture; bic: number } | undefined {
  const { rows, count, dimension } = data;
  const shares = new Float64Array(count * components);
  startingClusters(rows, count, dimension, components, random).forEach((cluster, row) => {
    shares[row * components + cluster] = 1;
  });
  let mixture: GaussianMixture | undefined;
  let logLikelihood = -Infinity;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = maximize(data, prior, components, shares);
    if (next === undefined) return undefined;
    mixture = next;
    let total = 0;
    for (let row = 0; row < count; row += 1) {
      total += next.respond(rows, row * dimension, shares, row * components);
    }
    const gained = (total - logLikelihood) / count;
    logLikelihood = total;
    if (components === 1 || gained < TOLERANCE_NATS) break;
  }
  if (mixture === undefined || !Number.isFinite(logLikelihood)) return undefined;
  const parameters = components - 1 + components * (dimension + (dimension * (dimension + 1)) / 2);
  return { mixture, bic: -2 * logLikelihood + parameters * Math.log(count) };
}

/** The M step: weights, means and covariances from each row's shares. */
function maximize(
  data: Data,
  prior: CovariancePrior,
  components: number,
  shares: Float64Array,
): GaussianMixture | undefined {
  const { rows, count, dimension } = data;
  const square = dimension * dimension;
  const weights = new Float64Array(components);
  const means = new Float64Array(components * dimension);
  const covariances = new Float64Array(components * square);
  const centered = new Float64Array(dimension);
  for (let k = 0; k < components; k += 1) {
    let weight = 0;
    const mean = means.subarray(k * dimension, (k + 1) * dimension);
    for (let row = 0; row < count; row += 1) {
      const share = shares[row * components + k] ?? 0;
      if (share < NEGLIGIBLE_SHARE) continue;
      weight += share;
      for (let i = 0; i < dimension; i += 1) {
        mean[i] = (mean[i] ?? 0) + share * (rows[row * dimension + i] ?? NaN);
      }
    }
    if (weight > 0) for (let i = 0; i < dimension; i += 1) mean[i] = (mean[i] ?? NaN) / weight;
    const scatter = covariances.subarray(k * square, (k + 1) * square);
    for (let row = 0; row < count; row += 1) {
      const share = shares[row * components + k] ?? 0;
      if (share < NEGLIGIBLE_SHARE) continue;
      for (let i = 0; i < dimension; i += 1) {
        const difference = (rows[row * dimension + i] ?? NaN) - (mean[i] ?? NaN);
        centered[i] = difference;
        const scaled = share * difference;
        const at = i * dimension;
        for (let j = 0; j <= i; j += 1) {
          scatter[at + j] = (scatter[at + j] ?? 0) + scaled * (centered[j] ?? NaN);
        }
      }
    }
    prior.regularize(scatter, weight, components);
    // One row's worth spread over all, so that a component that lost all rows keeps a share.
    weights[k] = (weight + 1 / components) / (count + 1);
  }
  try {
    return new GaussianMixture({ dimension, weights, means, covariances });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}
