/** Share of the hours that count as busy. */
const BUSY_SHARE = 0.1;
const SECONDS_PER_HOUR = 3600;
/** A shift is looked for up to this many horizons, and at least this many steps, to either side. */
const SHIFT_HORIZONS = 2;
const MIN_SHIFT_STEPS = 10;

/** Forecasts of one horizon in the order of their targets, which may have holes. */
export interface ForecastSeries {
  readonly horizonSteps: number;
  /** Rows of the trace. */
  readonly targets: readonly number[];
  readonly points: readonly number[];
}

export interface PointScores {
  readonly rmse: number;
  readonly mae: number;
  /** Mean absolute error over that of seasonal naive in sample. */
  readonly mase: number;
  readonly shift: number;
  /**
   * The same of changes since the origin: the k for which the forecast change correlates best with the
   * change of the h steps that end at t - k. Null when no change is ever forecast.
   */
  readonly shift_of_change: number | null;
}

/** Errors of the points against the values of the trace at their targets. */
export function scorePoints(
  { horizonSteps, targets, points }: ForecastSeries,
  values: Float64Array,
  seasonalError: number,
): PointScores {
  const valueBefore = (t: number): number => values[t - horizonSteps] ?? NaN;
  let squares = 0;
  let absolutes = 0;
  targets.forEach((target, index) => {
    const error = (points[index] ?? NaN) - (values[target] ?? NaN);
    squares += error * error;
    absolutes += Math.abs(error);
  });
  const mae = absolutes / targets.length;
  return {
    rmse: Math.sqrt(squares / targets.length),
    mae,
    mase: mae / seasonalError,
    shift: shiftOf({ horizonSteps, targets, points }, values) ?? 0,
    shift_of_change: shiftOf(
      {
        horizonSteps,
        targets,
        points: points.map((point, index) => point - valueBefore(targets[index] ?? NaN)),
      },
      values.map((value, t) => value - valueBefore(t)),
    ),
  };
}

/** Mean |x(t) - x(t - season)| over the first `end` rows: what MASE is measured in. NaN without a season. */
export function seasonalErrorOf(values: Float64Array, end: number, seasonSteps: number): number {
  let sum = 0;
  let known = 0;
  for (let t = seasonSteps; t < end; t += 1) {
    const error = Math.abs((values[t] ?? NaN) - (values[t - seasonSteps] ?? NaN));
    if (Number.isNaN(error)) continue;
    sum += error;
    known += 1;
  }
  return sum / known;
}

/**
 * The k for which the forecast of t correlates best with what was at t - k; null when the forecast never
 * changes. The one nearest to 0 of equal ones.
 *
 * The last value drawn late has the horizon for its shift. But so has the best forecast that there can be
 * of a load that is mostly noise around a level: it holds the last values, and their noise with them. It is
 * 0 only when the forecast explains a larger share of the variance than the autocorrelation at the horizon.
 */
export function shiftOf(series: ForecastSeries, values: Float64Array): number | null {
  const reach = Math.max(MIN_SHIFT_STEPS, SHIFT_HORIZONS * series.horizonSteps);
  let best: number | null = null;
  let bestCorrelation = -Infinity;
  for (let distance = 0; distance <= reach; distance += 1) {
    for (const shift of [distance, -distance]) {
      const correlation = correlationAt(series, values, shift);
      if (correlation > bestCorrelation) {
        best = shift;
        bestCorrelation = correlation;
      }
    }
  }
  // Not -0.
  return best === 0 ? 0 : best;
}

function correlationAt(
  { targets, points }: ForecastSeries,
  values: Float64Array,
  shift: number,
): number {
  let n = 0;
  let meanX = 0;
  let meanY = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  targets.forEach((target, index) => {
    const x = points[index] ?? NaN;
    const y = values[target - shift] ?? NaN;
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    // Welford: sums of squares of large loads would cancel.
    n += 1;
    const dx = x - meanX;
    const dy = y - meanY;
    meanX += dx / n;
    meanY += dy / n;
    xx += dx * (x - meanX);
    yy += dy * (y - meanY);
    xy += dx * (y - meanY);
  });
  return xy / Math.sqrt(xx * yy);
}

/** Share of the targets within their bounds: of all, and of those in the tenth of the hours with most load. */
export function coverageOf(
  targets: readonly number[],
  lower: readonly number[],
  upper: readonly number[],
  values: Float64Array,
  stepSeconds: number,
): { coverage: number; coverageBusiestTenth: number } {
  const stepsPerHour = Math.max(1, Math.round(SECONDS_PER_HOUR / stepSeconds));
  const hours = new Map<number, { sum: number; count: number; hits: number }>();
  targets.forEach((target, index) => {
    const hour = Math.floor(target / stepsPerHour);
    const found = hours.get(hour) ?? { sum: 0, count: 0, hits: 0 };
    const value = values[target] ?? NaN;
    found.sum += value;
    found.count += 1;
    if (value >= (lower[index] ?? NaN) && value <= (upper[index] ?? NaN)) found.hits += 1;
    hours.set(hour, found);
  });
  const byLoad = [...hours.values()].sort((a, b) => b.sum / b.count - a.sum / a.count);
  return {
    coverage: hitRatio(byLoad),
    coverageBusiestTenth: hitRatio(byLoad.slice(0, Math.ceil(BUSY_SHARE * byLoad.length))),
  };
}

function hitRatio(hours: readonly { readonly count: number; readonly hits: number }[]): number {
  const hits = hours.reduce((sum, hour) => sum + hour.hits, 0);
  return hits / hours.reduce((sum, hour) => sum + hour.count, 0);
}
