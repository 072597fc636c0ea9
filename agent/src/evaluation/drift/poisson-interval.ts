/** Halvings of the bracket: to the last digit of a double. */
const BISECTIONS = 60;

/**
 * The exact interval of a Poisson mean of which `count` events were seen: F. Garwood, "Fiducial limits for
 * the Poisson distribution", Biometrika 28 (1936). For 0 events at 95%: [0, 3.689].
 */
export function poissonInterval(count: number, level: number): [lower: number, upper: number] {
  const tail = (1 - level) / 2;
  const lower = count === 0 ? 0 : meanWith((mean) => 1 - atMost(count - 1, mean) > tail, count);
  const upper = meanWith((mean) => atMost(count, mean) < tail, count);
  return [lower, upper];
}

/** The least mean for which something holds that holds for all larger ones. */
function meanWith(holds: (mean: number) => boolean, count: number): number {
  let low = 0;
  // Ten deviations above, and enough for a count of 0.
  let high = count + 10 * Math.sqrt(count) + 20;
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** P(X <= count) of a Poisson variable. */
function atMost(count: number, mean: number): number {
  let logTerm = -mean;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= count; k += 1) {
    logTerm += Math.log(mean / k);
    sum += Math.exp(logTerm);
  }
  return sum;
}
