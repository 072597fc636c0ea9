import { failed, ready, warmingUp, type ModelResult } from "../../core/index.js";
import { SeasonalRegression } from "./seasonal-regression.js";

const HOURS_PER_DAY = 24;
/** More than this share of hours unknown, and the rest does not stand for them. */
const MAX_GAP_RATIO = 0.3;
/** Beyond these, squares and products leave the range of numbers: a smaller mean is none. */
const MIN_MEAN = 1e-100;
const MAX_VALUE = 1e100;
/**
 * An hour with less than this part of the mean had no calls: it bounds what a logarithm can be, and so what
 * an interval can. One call in a century of hours of a thousand calls is more.
 */
const MIN_RATIO = 1e-9;
/** What is added before a logarithm is taken when there are hours without calls, over the mean. */
const OFFSET_RATIO = 0.01;
/** Earlier forecasts that an interval rests on: a week, by day and by night. */
const BACKTEST_ORIGINS = 14;
const BACKTEST_GAP_HOURS = 12;
/** Errors of neighboring hours ahead are pooled over this many on each side. */
const POOLED_HOURS = 3;
/** The backtest's models know the hours they are tried on, so their errors are a little too small. */
const IN_SAMPLE_INFLATION = 1.15;
/** Two-sided 95% of a normal error. */
const NORMAL_QUANTILE = 1.96;

/** One value an hour, in the unit of the history; lower <= point <= upper, all >= 0. */
export interface HourlyForecast {
  /** Nominal coverage of [lower, upper], a ratio. */
  readonly level: number;
  readonly point: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Forecasts an hourly history with a daily and, where it is long enough, a weekly season: what a
 * workload's history says before the agent has seen a call of its own. `history` holds one value an hour,
 * >= 0, NaN where unknown; `hours` is how far ahead to look.
 *
 * The point is the mean of two calibrated regressions on seasonal differences (SeasonalRegression), one of
 * logarithms and one of square roots: the first knows growth by a factor, the second does not take small
 * loads too seriously. The 95% interval is the point times exp(+-1.96 s(h)), with s(h) the error of
 * forecasts from earlier origins, h hours ahead.
 *
 * `warming_up` (`too_few_windows`) with less than four days, or too many hours unknown, (`no_calls_yet`)
 * without calls; `failed` with `non_finite_input` for values that are negative or beyond 1e100.
 */
export function forecastHourly(history: Float64Array, hours: number): ModelResult<HourlyForecast> {
  if (history.some((value) => value > MAX_VALUE || value < 0)) return failed("non_finite_input");
  const filled = withoutGaps(history);
  const regression = filled === undefined ? undefined : SeasonalRegression.for(filled.length);
  if (filled === undefined || regression === undefined) return warmingUp("too_few_windows");
  const mean = filled.reduce((sum, value) => sum + value, 0) / filled.length;
  // Nothing ever came: that there will be something, or nothing, is not in the data.
  if (mean < MIN_MEAN) return warmingUp("no_calls_yet");
  const values = filled.map((value) => (value < MIN_RATIO * mean ? 0 : value));
  const offset = values.includes(0) ? OFFSET_RATIO * mean : 0;

  const logs = values.map((value) => Math.log(value + offset));
  const byLogs = regression.forecast(logs, hours).map((z) => Math.max(0, Math.exp(z) - offset));
  const byRoots = regression.forecast(values.map(Math.sqrt), hours).map((z) => Math.max(0, z) ** 2);
  const point = byLogs.map((value, h) => (value + (byRoots[h] ?? value)) / 2);

  const errors = regression.errors(logs, hours, BACKTEST_ORIGINS, BACKTEST_GAP_HOURS);
  const factors = pooled(errors).map((error) =>
    Math.exp(NORMAL_QUANTILE * IN_SAMPLE_INFLATION * error),
  );
  if (!factors.every(Number.isFinite)) return warmingUp("too_few_windows");
  // Bounded by the point, since a factor of 1 would leave it by what is rounded.
  const lower = point.map((value, h) =>
    Math.min(value, Math.max(0, (value + offset) / (factors[h] ?? 1) - offset)),
  );
  const upper = point.map((value, h) =>
    Math.max(value, (value + offset) * (factors[h] ?? 1) - offset),
  );
  return ready({ level: 0.95, point, lower, upper });
}

/** Unknown hours are those of the day before, or the day after; undefined when there are too many. */
function withoutGaps(history: Float64Array): Float64Array | undefined {
  const first = history.findIndex((value) => !Number.isNaN(value));
  if (first < 0) return undefined;
  const values = history.slice(first);
  const gaps = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (gaps > MAX_GAP_RATIO * values.length) return undefined;
  for (let t = 0; t < values.length; t += 1) {
    if (!Number.isNaN(values[t])) continue;
    const after = values[t + HOURS_PER_DAY] ?? NaN;
    values[t] = values[t - HOURS_PER_DAY] ?? (Number.isNaN(after) ? values[t - 1] : after) ?? NaN;
  }
  return values;
}

/** Root mean squares over the neighboring hours ahead. */
function pooled(errors: Float64Array): Float64Array {
  return errors.map((_, h) => {
    const near = errors.subarray(Math.max(0, h - POOLED_HOURS), h + POOLED_HOURS + 1);
    return Math.sqrt(near.reduce((sum, error) => sum + error * error, 0) / near.length);
  });
}
