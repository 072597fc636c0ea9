import { M4_HOURS } from "./m4-series.js";

const SEASON_HOURS = 24;
/** What Naive2, the competition's yardstick, reached on the hourly series. */
const NAIVE2_SMAPE = 18.383;
const NAIVE2_MASE = 2.395;
/** Of the interval: 2 / alpha at 95%. */
const PENALTY = 40;

export interface SeriesScores {
  /** Mean of 200 |y - f| / (|y| + |f|). */
  readonly smape: number;
  /** Mean |y - f| over the in-sample error of the same hour of the day before. */
  readonly mase: number;
  /** Mean interval score at 95% over the same error. */
  readonly msis: number;
  /** Share of the hours within their interval. */
  readonly coverage: number;
}

/** Scores one series as the M4 competition did (Makridakis, Spiliotis and Assimakopoulos, 2020). */
export function scoreSeries(
  history: Float64Array,
  future: Float64Array,
  forecast: {
    readonly point: Float64Array;
    readonly lower: Float64Array;
    readonly upper: Float64Array;
  },
): SeriesScores {
  let inSample = 0;
  for (let t = SEASON_HOURS; t < history.length; t += 1) {
    inSample += Math.abs((history[t] ?? 0) - (history[t - SEASON_HOURS] ?? 0));
  }
  const scale = inSample / (history.length - SEASON_HOURS);
  let symmetric = 0;
  let absolute = 0;
  let interval = 0;
  let hits = 0;
  future.forEach((value, h) => {
    const point = forecast.point[h] ?? NaN;
    const lower = forecast.lower[h] ?? NaN;
    const upper = forecast.upper[h] ?? NaN;
    const error = Math.abs(value - point);
    const size = Math.abs(value) + Math.abs(point);
    symmetric += size === 0 ? 0 : (200 * error) / size;
    absolute += error;
    interval += upper - lower + PENALTY * (Math.max(0, lower - value) + Math.max(0, value - upper));
    if (value >= lower && value <= upper) hits += 1;
  });
  return {
    smape: symmetric / M4_HOURS,
    mase: absolute / M4_HOURS / scale,
    msis: interval / M4_HOURS / scale,
    coverage: hits / M4_HOURS,
  };
}

/** The overall weighted average: 1 is Naive2 on all hourly series of the competition. */
export function owaOf(smape: number, mase: number): number {
  return (smape / NAIVE2_SMAPE + mase / NAIVE2_MASE) / 2;
}
