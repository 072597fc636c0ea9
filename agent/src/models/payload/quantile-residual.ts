import type { GaussianMixture } from "./gaussian-mixture.js";
import { lowerNormalQuantile } from "./normal-distribution.js";

/** Eight standard deviations say "nothing like before" as well as eighty would. */
const RESIDUAL_LIMIT = 8;
/** Below it a probability has no normal quantile in doubles; the residual is cut off long before. */
const LEAST_PROBABILITY = 1e-300;

/**
 * Where a value lies in a coordinate's marginal distribution, as a standard normal quantile within +-8:
 * the quantile residual of Dunn and Smyth ("Randomized Quantile Residuals", Journal of Computational and
 * Graphical Statistics 5, 1996). With one component it is the standardized residual.
 */
export function quantileResidual(
  mixture: GaussianMixture,
  coordinate: number,
  value: number,
): number {
  const below = mixture.marginalCdf(coordinate, value);
  if (below <= 0.5) {
    return Math.max(-RESIDUAL_LIMIT, lowerNormalQuantile(Math.max(LEAST_PROBABILITY, below)));
  }
  const above = Math.min(0.5, mixture.marginalSurvival(coordinate, value));
  return Math.min(RESIDUAL_LIMIT, -lowerNormalQuantile(Math.max(LEAST_PROBABILITY, above)));
}

/**
 * How far from the middle of its distribution a value lies: the second normalized Legendre polynomial of
 * its probability P(X <= x), with mean 0 and variance 1 when the distribution is right, between -1.1 (in
 * the middle) and 2.2 (at either end). Its mean rises when values scatter more than they did and falls
 * when they gather, whatever their own mean does: the second component of Neyman's smooth test of fit
 * ("Smooth Test for Goodness of Fit", Skandinavisk Aktuarietidskrift 20, 1937), of which the mean of the
 * residuals is the first in all but form. Being bounded, it has no heavy tail.
 */
function eccentricity(below: number): number {
  const position = 2 * below - 1;
  return (Math.sqrt(5) * (3 * position * position - 1)) / 2;
}

/**
 * The {@link eccentricity} of each of the first `sizes` (0 to 2) coordinates of a row, into `into`: of the
 * first in its marginal distribution, of the second given the first, so that a change of how they go
 * together shows too (Rosenblatt, "Remarks on a Multivariate Transformation", Annals of Mathematical
 * Statistics 23, 1952).
 */
export function eccentricities(
  mixture: GaussianMixture,
  sizes: number,
  rows: Float64Array,
  offset: number,
  into: Float64Array,
): void {
  const first = rows[offset] ?? NaN;
  if (sizes > 0) into[0] = eccentricity(mixture.marginalCdf(0, first));
  if (sizes > 1) {
    into[1] = eccentricity(mixture.secondCdfGivenFirst(first, rows[offset + 1] ?? NaN));
  }
}
