/**
 * The standard normal distribution function, by Abramowitz and Stegun, Handbook of Mathematical
 * Functions (1964), formula 26.2.17; absolute error below 7.5e-8.
 */
function normalDistribution(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const polynomial =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upperTail = density * polynomial;
  return z >= 0 ? 1 - upperTail : upperTail;
}

/**
 * Total variation distance in [0, 1] between two normal distributions of the same spread whose means are
 * `shift` standard deviations apart: 2 Phi(shift / 2) - 1.
 */
export function shiftDistance(shift: number): number {
  // The approximation leaves a shift of 0 a hair below 0.
  return Math.max(0, 2 * normalDistribution(Math.abs(shift) / 2) - 1);
}

/**
 * Total variation distance in [0, 1] between two distributions over names, given as weights that need
 * not add up to 1: half the sum of the differences of their shares.
 */
export function mixDistance(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number {
  const totalA = total(a);
  const totalB = total(b);
  if (totalA === 0 || totalB === 0) return 0;
  let difference = 0;
  for (const [name, weight] of a) {
    difference += Math.abs(weight / totalA - (b.get(name) ?? 0) / totalB);
  }
  for (const [name, weight] of b) if (!a.has(name)) difference += weight / totalB;
  return difference / 2;
}

function total(weights: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const weight of weights.values()) sum += weight;
  return sum;
}
