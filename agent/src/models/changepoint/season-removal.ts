/** Longest period that is tried; with 24 it is a day of hours, with 52 a year of weeks. */
const LONGEST_PERIOD = 60;
/** A period must come round this often before it is believed. */
const LEAST_PERIODS = 4;
/** Differences beyond this many (robust) standard deviations are pulled in: jumps are no season. */
const WINSOR_DEVIATIONS = 3;
/** A normal distribution's standard deviation over its median absolute deviation. */
export const DEVIATIONS_PER_MAD = 1.4826;

/**
 * The series without its season, where it has one; otherwise the series itself.
 *
 * The season is looked for in the first differences, which neither a trend nor a few jumps can hide: for
 * each period m, the mean difference of each of the m phases explains G of the total sum of squares R0;
 * the best m is believed if its gain N ln(R0 / (R0 - G)) exceeds the price (m - 1) ln N of m - 1 more
 * parameters (the Bayesian information criterion, Schwarz 1978).
 *
 * `values` are finite and of equal step; so is what comes back. O(n * min(60, n / 4)).
 */
export function withoutSeason(values: Float64Array): Float64Array {
  const differences = winsorized(values.subarray(1).map((value, at) => value - (values[at] ?? 0)));
  const count = differences.length;
  const mean = meanOf(differences);
  let total = 0;
  for (const difference of differences) total += (difference - mean) ** 2;
  if (!(total > 0)) return values;
  let best: { readonly gain: number; readonly phases: Float64Array } | undefined;
  const longest = Math.min(LONGEST_PERIOD, Math.floor(values.length / LEAST_PERIODS));
  for (let period = 2; period <= longest; period += 1) {
    const { phases, explained } = phaseMeans(differences, period, mean);
    // A perfect season leaves nothing unexplained; rounding could make that negative.
    const unexplained = Math.max(total - explained, Number.EPSILON * total);
    const gain = count * Math.log(total / unexplained) - (period - 1) * Math.log(count);
    if (gain > (best?.gain ?? 0)) best = { gain, phases };
  }
  if (best === undefined) return values;
  const season = cumulated(best.phases);
  return values.map((value, at) => value - (season[at % season.length] ?? 0));
}

/** Mean of each phase less the mean of all, and the sum of squares that the phases explain. */
function phaseMeans(
  differences: Float64Array,
  period: number,
  mean: number,
): { phases: Float64Array; explained: number } {
  const phases = new Float64Array(period);
  const counts = new Float64Array(period);
  differences.forEach((difference, at) => {
    // The difference at `at` leads to the value at `at + 1`, whose phase it is given.
    const phase = (at + 1) % period;
    phases[phase] = (phases[phase] ?? 0) + difference - mean;
    counts[phase] = (counts[phase] ?? 0) + 1;
  });
  let explained = 0;
  for (let phase = 0; phase < period; phase += 1) {
    const sum = phases[phase] ?? 0;
    const count = Math.max(1, counts[phase] ?? 1);
    explained += sum ** 2 / count;
    phases[phase] = sum / count;
  }
  return { phases, explained };
}

/** The season of the values from that of their differences: cumulated, without trend, about 0. */
function cumulated(phases: Float64Array): Float64Array {
  const drift = meanOf(phases);
  const season = new Float64Array(phases.length);
  let sum = 0;
  phases.forEach((phase, at) => {
    sum += phase - drift;
    season[at] = sum;
  });
  const center = meanOf(season);
  return season.map((value) => value - center);
}

function winsorized(values: Float64Array): Float64Array {
  const center = medianOf(values);
  const bound =
    WINSOR_DEVIATIONS *
    DEVIATIONS_PER_MAD *
    medianOf(values.map((value) => Math.abs(value - center)));
  if (!(bound > 0)) return values;
  return values.map((value) => Math.min(center + bound, Math.max(center - bound, value)));
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Of finite values; 0 of none. */
export function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
