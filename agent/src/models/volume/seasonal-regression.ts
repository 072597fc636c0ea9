import { NormalEquations } from "./normal-equations.js";

const HOURS_PER_DAY = 24;
const HOURS_PER_WEEK = 168;
/** What is older than a week counts half: people's habits change with the season of the year. */
const MEMORY_HOURS = HOURS_PER_WEEK;
/** Days and weeks that means are taken of, when the history has them. */
const MAX_DAYS = 7;
const MAX_WEEKS = 3;
/** Hours that there must be to learn from beyond the farthest lag: two days. */
const MIN_ROWS = 48;
/** No forecast leaves the range of the history by more than this share of it. */
const MARGIN_RATIO = 0.3;
/** The first fit learns from what came; the second also from the forecast, whose noise is gone. */
const RIDGE_FIRST = 50;
const RIDGE_SECOND = 5;

/** How far back the features look, in whole days and weeks. */
interface Reach {
  readonly days: number;
  /** 0 when the history is too short to know a week. */
  readonly weeks: number;
  /** Hours before the first that can be learned. */
  readonly hours: number;
}

/**
 * A linear model of z(t) - z(t-24) for hourly values (on a log or square root scale), on differences that
 * are 0 when each day is like the one before: the last hours against yesterday's, last week and the mean
 * of up to 7 days and 3 weeks against yesterday, and yesterday against the day before. Forecasts are
 * iterated hour by hour.
 *
 * The forecast is then calibrated: it is appended to the history, the model fitted again, and its fitted
 * values are the forecast. Source: Doornik, Castle and Hendry, "Card forecasts for M4", International
 * Journal of Forecasting 2020 (rho and delta on seasonal differences, and the calibration).
 */
export class SeasonalRegression {
  readonly #reach: Reach;
  readonly #row: Float64Array;

  private constructor(reach: Reach) {
    this.#reach = reach;
    this.#row = new Float64Array(featuresOf(reach));
  }

  /** For a history of this many hours; undefined when it is too short to learn from. */
  static for(hours: number): SeasonalRegression | undefined {
    const days = Math.min(MAX_DAYS, Math.floor((hours - MIN_ROWS - 1) / HOURS_PER_DAY));
    // The difference to the day before yesterday needs two.
    if (days < 2) return undefined;
    const weeks = Math.min(MAX_WEEKS, Math.floor((hours - MIN_ROWS - 1) / HOURS_PER_WEEK));
    const reach = Math.max(days * HOURS_PER_DAY, weeks * HOURS_PER_WEEK) + 1;
    return new SeasonalRegression({ days, weeks, hours: reach });
  }

  /** The calibrated forecast of the `hours` after the history, all of whose values are finite. */
  forecast(history: Float64Array, hours: number): Float64Array {
    const first = this.#fitted(history, history.length, RIDGE_FIRST);
    const path = this.#iterated(history, history.length, hours, first);
    const second = this.#fitted(path, path.length, RIDGE_SECOND);
    return Float64Array.from({ length: hours }, (_, h) =>
      this.#predicted(path, history.length + h, second),
    );
  }

  /**
   * The root mean squared error by hour ahead over forecasts from earlier origins, `gapHours` apart, made
   * with the model of the whole history; NaN when there is no earlier origin.
   */
  errors(history: Float64Array, hours: number, origins: number, gapHours: number): Float64Array {
    const equations = this.#fitted(history, history.length, RIDGE_FIRST);
    const squares = new Float64Array(hours);
    let used = 0;
    for (let k = 0; k < origins; k += 1) {
      const origin = history.length - hours - k * gapHours;
      if (origin <= this.#reach.hours) break;
      const path = this.#iterated(history, origin, hours, equations);
      for (let h = 0; h < hours; h += 1) {
        squares[h] =
          (squares[h] ?? 0) + ((history[origin + h] ?? 0) - (path[origin + h] ?? 0)) ** 2;
      }
      used += 1;
    }
    return squares.map((sum) => Math.sqrt(sum / used));
  }

  #fitted(values: Float64Array, end: number, ridge: number): NormalEquations {
    const equations = new NormalEquations(this.#row.length, MEMORY_HOURS, ridge);
    for (let t = this.#reach.hours; t < end; t += 1) {
      this.#write(values, t);
      equations.learn(this.#row, 0, (values[t] ?? 0) - (values[t - HOURS_PER_DAY] ?? 0));
    }
    equations.solve();
    return equations;
  }

  /** The values before `origin` and the forecasts of the `hours` from it on. */
  #iterated(
    values: Float64Array,
    origin: number,
    hours: number,
    equations: NormalEquations,
  ): Float64Array {
    const path = new Float64Array(origin + hours);
    path.set(values.subarray(0, origin));
    let lowest = Infinity;
    let highest = -Infinity;
    for (let t = 0; t < origin; t += 1) {
      lowest = Math.min(lowest, path[t] ?? 0);
      highest = Math.max(highest, path[t] ?? 0);
    }
    const margin = MARGIN_RATIO * (highest - lowest);
    for (let t = origin; t < origin + hours; t += 1) {
      const value = this.#predicted(path, t, equations);
      path[t] = Math.min(highest + margin, Math.max(lowest - margin, value));
    }
    return path;
  }

  #predicted(values: Float64Array, t: number, equations: NormalEquations): number {
    this.#write(values, t);
    return (values[t - HOURS_PER_DAY] ?? 0) + equations.predict(this.#row, 0);
  }

  #write(z: Float64Array, t: number): void {
    const { days, weeks } = this.#reach;
    const row = this.#row;
    const back = (lag: number): number => z[t - lag] ?? 0;
    const mean = (count: number, period: number, shift: number): number => {
      let sum = 0;
      for (let k = 1; k <= count; k += 1) sum += back(k * period + shift);
      return sum / count;
    };
    const yesterday = back(HOURS_PER_DAY);
    const hourBefore = back(HOURS_PER_DAY + 1);
    const usualHourBefore = mean(days, HOURS_PER_DAY, 1);
    let at = 0;
    row[at++] = 1;
    for (let lag = 1; lag <= 3; lag += 1) row[at++] = back(lag) - back(HOURS_PER_DAY + lag);
    row[at++] = mean(days, HOURS_PER_DAY, 0) - yesterday;
    row[at++] = usualHourBefore - hourBefore;
    row[at++] = back(1) - usualHourBefore;
    row[at++] = back(2) - back(1) - (back(HOURS_PER_DAY + 2) - hourBefore);
    row[at++] = back(2 * HOURS_PER_DAY) - yesterday;
    row[at++] = back(2 * HOURS_PER_DAY + 1) - hourBefore;
    if (weeks === 0) return;
    row[at++] = back(HOURS_PER_WEEK) - yesterday;
    row[at++] = back(HOURS_PER_WEEK + 1) - hourBefore;
    row[at++] = mean(weeks, HOURS_PER_WEEK, 0) - yesterday;
    row[at++] = mean(weeks, HOURS_PER_WEEK, 1) - hourBefore;
  }
}

/** The daily features, and with a week of history the weekly ones. */
function featuresOf({ weeks }: Reach): number {
  return weeks > 0 ? 14 : 10;
}
