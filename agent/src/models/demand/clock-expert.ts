import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import type { ObservedWindow } from "../volume/direct-expert.js";
import { NormalEquations } from "../volume/normal-equations.js";
import { RateHistory } from "../volume/rate-history.js";

/** Every rhythm of up to so many steps is a combination of lags. */
const LAGS = 30;
/** 1, the lags, and four that know the minute of the hour. */
const FEATURES = 1 + LAGS + 4;
const SECONDS_PER_HOUR = 3600;
/** Hours whose same minute is averaged. */
const HOURS = 24;
/** Half-life of what is learned: jobs by the clock come and go within days. */
const MEMORY_SECONDS = 3 * 86_400;
const STEPS_PER_SOLUTION = 10;
/** About one observation for each feature. */
const RIDGE_OBSERVATIONS = 30;

interface Horizon {
  readonly steps: number;
  readonly equations: NormalEquations;
  readonly rows: Float64Array;
  readonly rowOrigins: Float64Array;
  forecast: number;
}

/**
 * A direct linear forecast of loads with a rhythm of their own: every few minutes, or at some minute of every
 * hour, as programs call that run by the clock. x(t + h) - x(t) on differences to each of the last 30 values,
 * and on how the same minutes of the hour before, and of the last 24, went on. Without evidence it says that
 * the load stays. Source: as DirectExpert.
 */
export class ClockExpert {
  readonly #history: RateHistory;
  readonly #horizons: readonly Horizon[];
  /** Steps of an hour; 0 when an hour is no whole number of them. */
  readonly #hourSteps: number;
  readonly #last = new Float64Array(LAGS + 1);
  readonly #past: Float64Array;
  #seen = 0;
  #sinceSolution = 0;

  constructor(stepSeconds: number, horizons: number) {
    const perHour = SECONDS_PER_HOUR / stepSeconds;
    this.#hourSteps = Number.isInteger(perHour) && perHour >= horizons ? perHour : 0;
    this.#history = new RateHistory((HOURS + 1) * Math.max(1, this.#hourSteps));
    this.#past = new Float64Array(horizons);
    this.#horizons = Array.from({ length: horizons }, (_, at) => ({
      steps: at + 1,
      equations: new NormalEquations(FEATURES, MEMORY_SECONDS / stepSeconds, RIDGE_OBSERVATIONS),
      rows: new Float64Array((at + 1) * FEATURES),
      rowOrigins: new Float64Array(at + 1).fill(NaN),
      forecast: NaN,
    }));
  }

  /** Learns the step `index`, then forecasts from it. Rates are in calls per second. */
  observe(index: number, { value, window, isKnown, learns }: ObservedWindow): void {
    if (this.#seen === 0) {
      this.#last.fill(value);
      this.#past.fill(value);
    }
    this.#last.copyWithin(1, 0);
    this.#last[0] = value;
    this.#history.append(index, window);
    this.#seen += 1;
    this.#sinceSolution += 1;
    const solve = this.#sinceSolution >= STEPS_PER_SOLUTION;
    if (solve) this.#sinceSolution = 0;
    const hourAgo = this.#hourAgo(index);
    const usual = this.#usual(index);
    for (const horizon of this.#horizons) {
      const { steps, equations, rows, rowOrigins } = horizon;
      const slot = ((index % steps) + steps) % steps;
      const row = slot * FEATURES;
      if (learns && rowOrigins[slot] === index - steps) {
        equations.learn(rows, row, value - (this.#past[steps - 1] ?? value));
      }
      if (solve) equations.solve();
      rowOrigins[slot] = learns ? index : NaN;
      horizon.forecast = NaN;
      if (!isKnown) continue;
      rows[row] = 1;
      for (let lag = 1; lag <= LAGS; lag += 1) rows[row + lag] = value - (this.#last[lag] ?? value);
      const at = row + 1 + LAGS;
      rows[at] = known(this.#hourAgo(index + steps) - hourAgo);
      rows[at + 1] = known(this.#usual(index + steps) - usual);
      rows[at + 2] = known(value - hourAgo);
      rows[at + 3] = known(value - usual);
      horizon.forecast = Math.max(0, value + equations.predict(rows, row));
    }
    this.#past.copyWithin(1, 0);
    this.#past[0] = value;
  }

  /** Calls per second at the horizon of this number, from the last step; NaN when it was a gap. */
  forecast(horizon: number): number {
    return this.#horizons[horizon]?.forecast ?? NaN;
  }

  snapshot(): Json {
    return {
      seen: this.#seen,
      sinceSolution: this.#sinceSolution,
      last: encodeFloats(this.#last),
      past: encodeFloats(this.#past),
      history: this.#history.snapshot(),
      horizons: this.#horizons.map(({ equations, rows, rowOrigins, forecast }) => ({
        equations: equations.snapshot(),
        rows: encodeFloats(rows),
        rowOrigins: encodeFloats(rowOrigins),
        forecast: Number.isNaN(forecast) ? null : forecast,
      })),
    };
  }

  restore(reader: SnapshotReader): void {
    const seen = reader.field("seen").count();
    const sinceSolution = reader.field("sinceSolution").count();
    const finite = (from: SnapshotReader, name: string, length: number): Float64Array => {
      const values = from.field(name).float64s(length);
      if (!values.every(Number.isFinite)) from.field(name).refuse("finite values");
      return values;
    };
    const last = finite(reader, "last", this.#last.length);
    const past = finite(reader, "past", this.#past.length);
    const items = reader.field("horizons").tuple(this.#horizons.length);
    this.#history.restore(reader.field("history"));
    items.forEach((item, number) => {
      const horizon = this.#horizons[number];
      if (horizon === undefined) return;
      horizon.equations.restore(item.field("equations"), SAME_COLUMNS);
      horizon.rows.set(finite(item, "rows", horizon.rows.length));
      horizon.rowOrigins.set(item.field("rowOrigins").float64s(horizon.rowOrigins.length));
      const forecast = item.field("forecast");
      horizon.forecast = forecast.isNull ? NaN : forecast.nonNegative();
    });
    this.#seen = seen;
    this.#sinceSolution = sinceSolution;
    this.#last.set(last);
    this.#past.set(past);
  }

  #hourAgo(index: number): number {
    return this.#hourSteps === 0 ? NaN : this.#history.at(index - this.#hourSteps);
  }

  /** The mean of the same minute of the last hours. */
  #usual(index: number): number {
    if (this.#hourSteps === 0) return NaN;
    let sum = 0;
    let hours = 0;
    for (let hour = 1; hour <= HOURS; hour += 1) {
      const rate = this.#history.at(index - hour * this.#hourSteps);
      if (rate !== rate) continue;
      sum += rate;
      hours += 1;
    }
    return hours > 0 ? sum / hours : NaN;
  }
}

/** No feature comes or goes with the configuration. */
const SAME_COLUMNS = { length: FEATURES, of: (column: number): number => column };

function known(value: number): number {
  return value === value ? value : 0;
}
