/** Shorter stretches have a mean that says little. */
const SHORTEST_REGIME = 3;
/**
 * What a shift must gain, in units of ln n: its place and its mean are 2 ln n in the Bayesian information
 * criterion (Yao 1988), and one more because deviations are not quite independent.
 */
const PENALTY = 3;
/** Sums of hundreds of squares are exact to about this part. */
const ROUNDING = 1e-12;

/**
 * Where the mean of a series of equal noise shifted last: the index of the first value of the present
 * regime, never 0, or undefined when nothing speaks for a shift. The likeliest place of one shift (Hinkley
 * 1970), and of those after it in turn, as long as each gains more than it costs (binary segmentation, Scott
 * and Knott 1974): so an episode that has passed is not what is dated. O(n) for each shift.
 *
 * For series in which a shift is already suspected, of which only the time is asked: `findChanges` is less
 * easily misled by trend, season and inertia, and misses a shift by two deviations that is ten values old.
 * `values` must be finite.
 */
export function latestShift(values: Float64Array): number | undefined {
  const penalty = PENALTY * Math.log(values.length);
  let latest: number | undefined;
  for (let from = 0; ;) {
    const shift = likeliestShift(values.subarray(from), penalty);
    if (shift === undefined) return latest;
    from += shift;
    latest = from;
  }
}

function likeliestShift(values: Float64Array, penalty: number): number | undefined {
  const count = values.length;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const total = squares - (sum * sum) / count;
  let left = 0;
  let explained = 0;
  let index: number | undefined;
  for (let at = 1; at <= count - SHORTEST_REGIME; at += 1) {
    left += values[at - 1] ?? 0;
    if (at < SHORTEST_REGIME) continue;
    const difference = left / at - (sum - left) / (count - at);
    const between = ((at * (count - at)) / count) * difference * difference;
    if (between > explained) {
      explained = between;
      index = at;
    }
  }
  // What rounding makes of a constant is no noise and no shift.
  if (!(explained > squares * ROUNDING)) return undefined;
  const gain = -count * Math.log(Math.max(ROUNDING, 1 - explained / total));
  return gain > penalty ? index : undefined;
}
