import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { BASE_FEATURES, DirectFeatures } from "./direct-features.js";
import type { KeptColumns } from "./kept-columns.js";
import type { Moment } from "./moment.js";
import { NormalEquations } from "./normal-equations.js";

/** Weights are solved anew once in this many steps: solving costs more than learning. */
const STEPS_PER_SOLUTION = 10;
/** About one observation for each feature: what a first hour may not be taken for. */
const RIDGE_OBSERVATIONS = 20;
/** Anscombe (1948): the square root of a count plus 3/8 has nearly the same variance at any load. */
const COUNT_OFFSET = 0.375;
/** Half-life of the error variance that undoes the bias of a square root, in steps: some hours. */
const VARIANCE_HALF_LIFE_STEPS = 360;
const SECONDS_PER_DAY = 86_400;

/** In which units an expert thinks: square roots steady the noise of counts and weigh busy times less. */
type ExpertScale = "identity" | "square_root";

export interface ExpertSetting {
  readonly name: string;
  readonly scale: ExpertScale;
  /** Half-life of what it learned. */
  readonly memoryDays: number;
  /** On each side of a seasonal look-up. */
  readonly smoothingSteps: number;
}

export interface DirectExpertOptions {
  readonly windowSeconds: number;
  readonly windowsPerStep: number;
  readonly horizonsWindows: readonly number[];
  readonly seasonWindows: number;
  readonly events: number;
}

/** Rates are in calls per second. */
export interface ObservedWindow {
  /** The mean of the last step, imputed where it is not known. */
  readonly value: number;
  /** The rate of the one window, NaN for a gap. */
  readonly window: number;
  /** What is not known is no origin of a forecast. */
  readonly isKnown: boolean;
  /** What is not known, or comes right after a gap, is neither a target nor an origin to learn from. */
  readonly learns: boolean;
}

/** One horizon: its equations, and the features of the origins whose target is still to come. */
interface Horizon {
  readonly windows: number;
  readonly equations: NormalEquations;
  readonly rows: Float64Array;
  readonly rowOrigins: Float64Array;
  /** Discounted weight and sum of squared errors, on the expert's scale. */
  readonly variance: Float64Array;
  forecast: number;
  /** What of the forecast is the events' doing, calls per second. */
  eventChange: number;
}

/**
 * A linear model for each horizon of its own ("direct" forecasts: errors don't add up from step to step):
 * z(t + h) - z(t) on differences known at t (see DirectFeatures), by NormalEquations that forget. Without
 * evidence it says that the load stays. Source: Marcellino, Stock and Watson, "A comparison of direct and
 * iterated multistep AR methods", Journal of Econometrics 2006.
 */
export class DirectExpert {
  readonly #setting: ExpertSetting;
  readonly #features: DirectFeatures;
  readonly #horizons: readonly Horizon[];
  readonly #windowsPerStep: number;
  readonly #callsPerUnit: number;
  readonly #varianceDiscount: number;
  #windowsSinceSolution = 0;

  constructor(setting: ExpertSetting, options: DirectExpertOptions) {
    const { windowSeconds, windowsPerStep, horizonsWindows } = options;
    this.#setting = setting;
    this.#windowsPerStep = windowsPerStep;
    this.#callsPerUnit = windowSeconds * windowsPerStep;
    this.#varianceDiscount = 2 ** (-1 / (VARIANCE_HALF_LIFE_STEPS * windowsPerStep));
    this.#features = new DirectFeatures({
      windowsPerStep,
      seasonWindows: options.seasonWindows,
      halfWidthWindows: setting.smoothingSteps * windowsPerStep,
      maxHorizonWindows: Math.max(...horizonsWindows),
      events: options.events,
    });
    const { length } = this.#features;
    const memoryWindows = (setting.memoryDays * SECONDS_PER_DAY) / windowSeconds;
    this.#horizons = horizonsWindows.map((windows) => ({
      windows,
      equations: new NormalEquations(length, memoryWindows, RIDGE_OBSERVATIONS),
      rows: new Float64Array(windows * length),
      rowOrigins: new Float64Array(windows).fill(NaN),
      variance: new Float64Array(2),
      forecast: NaN,
      eventChange: 0,
    }));
  }

  get name(): string {
    return this.#setting.name;
  }

  /** Learns the window `index`, then forecasts from it; `ahead` holds the targets' moments, one a horizon. */
  observe(
    index: number,
    { value, window, isKnown, learns }: ObservedWindow,
    now: Moment,
    ahead: readonly Moment[],
  ): void {
    this.#features.append(index, this.#toScale(value), this.#toScale(window), now);
    this.#windowsSinceSolution += 1;
    const solve = this.#windowsSinceSolution >= STEPS_PER_SOLUTION * this.#windowsPerStep;
    if (solve) this.#windowsSinceSolution = 0;
    const { length, current } = this.#features;
    for (const [number, horizon] of this.#horizons.entries()) {
      const slot = ((index % horizon.windows) + horizon.windows) % horizon.windows;
      const row = slot * length;
      if (learns && horizon.rowOrigins[slot] === index - horizon.windows) {
        this.#learn(horizon, row, current);
      }
      if (solve) horizon.equations.solve();
      horizon.rowOrigins[slot] = learns ? index : NaN;
      horizon.forecast = NaN;
      horizon.eventChange = 0;
      const then = ahead[number];
      if (!isKnown || then === undefined) continue;
      this.#features.write(horizon.windows, now.events, then, horizon.rows, row);
      const change = horizon.equations.predict(horizon.rows, row);
      horizon.forecast = this.#toRate(current + change, horizon.variance);
      if (now.events.length === 0) continue;
      const byEvents = horizon.equations.predict(horizon.rows, row, BASE_FEATURES);
      horizon.eventChange =
        horizon.forecast - this.#toRate(current + change - byEvents, horizon.variance);
    }
  }

  /** The level in calls per second: the load's slowest running mean. */
  get level(): number {
    return this.#toRate(this.#features.level, undefined);
  }

  /** Calls per second at the horizon of this number, from the last window; NaN when it was a gap. */
  forecast(horizon: number): number {
    return this.#horizons[horizon]?.forecast ?? NaN;
  }

  /** The part of that forecast which events bring, which may be negative. */
  eventChange(horizon: number): number {
    return this.#horizons[horizon]?.eventChange ?? 0;
  }

  /** The usual rate at window `index`; NaN without a season of history. */
  usual(index: number, similarWindows: number): number {
    return this.#toRate(this.#features.usual(index, similarWindows), undefined);
  }

  snapshot(): Json {
    return {
      windowsSinceSolution: this.#windowsSinceSolution,
      features: this.#features.snapshot(),
      horizons: this.#horizons.map(({ equations, rows, rowOrigins, variance, ...said }) => ({
        equations: equations.snapshot(),
        rows: encodeFloats(rows),
        rowOrigins: encodeFloats(rowOrigins),
        variance: encodeFloats(variance),
        forecast: Number.isNaN(said.forecast) ? null : said.forecast,
        eventChange: said.eventChange,
      })),
    };
  }

  /** `columns` says for each feature which one it was when the snapshot was taken. */
  restore(reader: SnapshotReader, columns: KeptColumns): void {
    const windowsSinceSolution = reader.field("windowsSinceSolution").count();
    const items = reader.field("horizons").tuple(this.#horizons.length);
    this.#features.restore(reader.field("features"));
    items.forEach((item, number) => {
      const horizon = this.#horizons[number];
      if (horizon === undefined) return;
      horizon.equations.restore(item.field("equations"), columns);
      const rows = item.field("rows").float64s(horizon.windows * columns.length);
      if (!rows.every(Number.isFinite)) item.field("rows").refuse("finite values");
      const { length } = this.#features;
      for (let at = 0; at < horizon.rows.length; at += 1) {
        const column = columns.of(at % length);
        const row = Math.floor(at / length) * columns.length;
        horizon.rows[at] = column === undefined ? 0 : (rows[row + column] ?? 0);
      }
      horizon.rowOrigins.set(item.field("rowOrigins").float64s(horizon.rowOrigins.length));
      const variance = item.field("variance").float64s(horizon.variance.length);
      if (!variance.every((value) => value >= 0 && value < Infinity)) {
        item.field("variance").refuse("values that are finite and not negative");
      }
      horizon.variance.set(variance);
      const forecast = item.field("forecast");
      horizon.forecast = forecast.isNull ? NaN : forecast.nonNegative();
      horizon.eventChange = item.field("eventChange").number();
    });
    this.#windowsSinceSolution = windowsSinceSolution;
  }

  #learn(horizon: Horizon, row: number, current: number): void {
    const { equations, rows, variance } = horizon;
    const change = current - this.#features.back(horizon.windows);
    const error = change - equations.predict(rows, row);
    variance[0] = (variance[0] ?? 0) * this.#varianceDiscount + 1;
    variance[1] = (variance[1] ?? 0) * this.#varianceDiscount + error * error;
    equations.learn(rows, row, change);
  }

  #toScale(rate: number): number {
    if (this.#setting.scale === "identity") return rate;
    return Math.sqrt(rate * this.#callsPerUnit + COUNT_OFFSET);
  }

  /** The mean rate, not the median: the variance of the error belongs to the square's mean. */
  #toRate(value: number, variance: Float64Array | undefined): number {
    if (this.#setting.scale === "identity") return Math.max(0, value);
    const [weight = 0, squares = 0] = variance ?? [];
    const spread = weight > 0 ? squares / weight : 0;
    return Math.max(0, (Math.max(0, value) ** 2 + spread - COUNT_OFFSET) / this.#callsPerUnit);
  }
}
