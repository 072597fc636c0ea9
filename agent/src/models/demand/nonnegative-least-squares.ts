/** More sweeps than a handful of features need to settle. */
const SWEEPS = 200;
/** A change below this share of the largest weight ends the sweeps. */
const TOLERANCE_RATIO = 1e-9;

/**
 * Minimizes w'Aw / 2 - b'w over w >= 0 by going from coordinate to coordinate, starting at the `weights`
 * given and writing there. `squares` is A, [n][n], symmetric; a feature whose square is 0 gets no weight.
 * Source: Franc, Hlavac and Navara, "Sequential Coordinate-Wise Algorithm for the Non-negative Least Squares
 * Problem", 2005.
 */
export function solveNonnegative(
  squares: Float64Array,
  products: Float64Array,
  weights: Float64Array,
): void {
  const n = products.length;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let largestChange = 0;
    let largestWeight = 0;
    for (let i = 0; i < n; i += 1) {
      const own = squares[i * n + i] ?? 0;
      let gradient = -(products[i] ?? 0);
      for (let j = 0; j < n; j += 1) gradient += (squares[i * n + j] ?? 0) * (weights[j] ?? 0);
      const before = weights[i] ?? 0;
      const next = own > 0 ? Math.max(0, before - gradient / own) : 0;
      weights[i] = next;
      // In units of what the feature adds, so that features of any size count alike.
      const size = Math.sqrt(own);
      largestChange = Math.max(largestChange, Math.abs(next - before) * size);
      largestWeight = Math.max(largestWeight, next * size);
    }
    if (largestChange <= TOLERANCE_RATIO * largestWeight) return;
  }
}
