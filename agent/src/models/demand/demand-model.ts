import {
  failed,
  ready,
  warmingUp,
  type DemandForecast,
  type DemandForecaster,
  type EventCalendar,
  type Json,
  type ModelResult,
} from "../../core/index.js";
import { encodeFloats, SnapshotReader } from "../../core/snapshot-reader.js";
import { DirectExpert, type ExpertSetting, type ObservedWindow } from "../volume/direct-expert.js";
import { keptColumns } from "../volume/kept-columns.js";
import { momentAt, type Moment } from "../volume/moment.js";
import { wholeWindows } from "../volume/whole-windows.js";
import { BusyLevel } from "./busy-level.js";
import { ClockExpert } from "./clock-expert.js";
import { DemandHorizon, RECENT_ERROR_FEATURES, type DemandOrigin } from "./demand-horizon.js";
import { NODES, NODE_SHARES } from "./residual-nodes.js";

const SNAPSHOT_FORMAT = "demand-1";
/** Before this many known steps nothing is said. */
const MIN_STEPS = 30;
/** After a gap so many steps must be known before anything is learned again. */
const KNOWN_STEPS_TO_LEARN = 5;
/**
 * No forecast is more than this multiple of the level, unless as much was there within about a day: what was
 * never seen is no forecast.
 */
const MAX_OVER_LEVEL = 4;
const PEAK_HALF_LIFE_SECONDS = 86_400;
/** A gap changes an imputed value by no more than this factor a step. */
const MAX_IMPUTED_CHANGE = 2;
/** A gap longer than this is not walked through step by step. */
const MAX_IMPUTED_SECONDS = 8 * 86_400;

/** As in the volume model: quick and sharp, steady and blurred. */
const EXPERTS: readonly ExpertSetting[] = [
  { name: "linear", scale: "identity", memoryDays: 5, smoothingSteps: 3 },
  { name: "root_linear", scale: "square_root", memoryDays: 20, smoothingSteps: 10 },
  { name: "smooth_linear", scale: "identity", memoryDays: 20, smoothingSteps: 30 },
];
/** Beside them: the last value, the mean of the last three, and the one for rhythms. */
const OTHER_EXPERTS = 3;
const MEAN_STEPS = 3;

/** Pasts of the mean squared one-step error, steps: a spike, a quarter of an hour, two hours. */
const ERROR_SPANS_STEPS: readonly number[] = [3, 15, 120];
const SECONDS_PER_DAY = 86_400;

export interface DemandModelOptions {
  readonly stepSeconds: number;
  /** Steps 1..horizons ahead are forecast. */
  readonly horizons: number;
  /** A multiple of `stepSeconds`; a day, say. Seven of them are the long season. */
  readonly seasonSeconds: number;
  /** None when left out. */
  readonly events?: EventCalendar | undefined;
}

/**
 * Forecasts the load of each of the next steps as a distribution (DemandHorizon), by six experts side by
 * side: the last value, the mean of the last three, three direct linear models (DirectExpert), and one for
 * rhythms of minutes and of the hour (ClockExpert). Memory:
 * two weeks of residuals for each horizon and a week of history for each linear expert.
 *
 * It is `warming_up` before 30 known steps, and `failed` with `stale_input` while the last step is unknown.
 * Gaps are imputed, so that lags keep their place, but neither learned from nor forecast from.
 */
export class DemandModel implements DemandForecaster {
  readonly #options: DemandModelOptions;
  readonly #experts: readonly DirectExpert[];
  readonly #clock: ClockExpert;
  readonly #horizons: readonly DemandHorizon[];
  readonly #busy: BusyLevel;
  readonly #recentErrors = new Float64Array(RECENT_ERROR_FEATURES);
  readonly #last = new Float64Array(MEAN_STEPS);
  readonly #forecasts: Float64Array;
  readonly #rates: Float64Array;
  readonly #eventNames: readonly string[];
  /** 0 where the season is no day. */
  readonly #daySteps: number;
  /** The largest rate, which is slowly forgotten. */
  #peak = 0;
  #lastIndex: number | undefined;
  #usual = NaN;
  #knownRun = 0;
  #knownSteps = 0;
  #ignoredSteps = 0;

  /** Throws a RangeError when the season is not a positive multiple of the step. */
  constructor(options: DemandModelOptions) {
    const { stepSeconds, horizons } = options;
    const seasonWindows = wholeWindows("seasonSeconds", options.seasonSeconds, stepSeconds);
    this.#options = options;
    this.#eventNames = options.events?.names ?? [];
    this.#daySteps = options.seasonSeconds === SECONDS_PER_DAY ? seasonWindows : 0;
    const horizonsWindows = Array.from({ length: horizons }, (_, at) => at + 1);
    this.#experts = EXPERTS.map(
      (setting) =>
        new DirectExpert(setting, {
          windowSeconds: stepSeconds,
          windowsPerStep: 1,
          horizonsWindows,
          seasonWindows,
          events: this.#eventNames.length,
        }),
    );
    this.#clock = new ClockExpert(stepSeconds, horizons);
    const experts = EXPERTS.length + OTHER_EXPERTS;
    this.#forecasts = new Float64Array(experts);
    this.#horizons = horizonsWindows.map(
      (horizon) => new DemandHorizon({ stepSeconds, horizon, experts }),
    );
    this.#busy = new BusyLevel(stepSeconds);
    this.#rates = new Float64Array(horizons * NODES);
  }

  /** Steps that came again or out of order. */
  get ignoredSteps(): number {
    return this.#ignoredSteps;
  }

  /** Throws a TypeError when the rate is not a finite number >= 0: a gap is `undefined`. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void {
    if (!Number.isFinite(startSeconds)) throw new TypeError("startSeconds must be finite");
    if (callsPerSecond !== undefined && !(callsPerSecond >= 0 && callsPerSecond < Infinity)) {
      throw new TypeError(`callsPerSecond must be finite and not negative, got ${callsPerSecond}`);
    }
    const { stepSeconds } = this.#options;
    const index = Math.round(startSeconds / stepSeconds);
    const last = this.#lastIndex;
    if (last !== undefined && index <= last) {
      this.#ignoredSteps += 1;
      return;
    }
    if (last === undefined && callsPerSecond === undefined) return;
    const skipped = Math.max(
      (last ?? index - 1) + 1,
      index - Math.floor(MAX_IMPUTED_SECONDS / stepSeconds),
    );
    for (let gap = skipped; gap < index; gap += 1) this.#step(gap, NaN);
    this.#step(index, callsPerSecond ?? NaN);
  }

  forecast(): ModelResult<DemandForecast> {
    if (this.#lastIndex === undefined) return warmingUp("no_calls_yet");
    if (this.#knownSteps < MIN_STEPS) return warmingUp("too_few_windows");
    if (this.#knownRun === 0) return failed("stale_input");
    const { stepSeconds, horizons } = this.#options;
    return ready({
      originSeconds: (this.#lastIndex + 1) * stepSeconds,
      stepSeconds,
      horizons,
      shares: NODE_SHARES,
      rates: this.#rates,
    });
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      stepSeconds: this.#options.stepSeconds,
      lastIndex: this.#lastIndex ?? null,
      usual: Number.isNaN(this.#usual) ? null : this.#usual,
      peak: this.#peak,
      knownRun: this.#knownRun,
      knownSteps: this.#knownSteps,
      ignoredSteps: this.#ignoredSteps,
      recentErrors: encodeFloats(this.#recentErrors),
      last: encodeFloats(this.#last),
      rates: encodeFloats(this.#rates),
      events: [...this.#eventNames],
      busy: this.#busy.snapshot(),
      experts: this.#experts.map((expert) => expert.snapshot()),
      clock: this.#clock.snapshot(),
      horizons: this.#horizons.map((horizon) => horizon.snapshot()),
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "demand");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("stepSeconds").equals(this.#options.stepSeconds);
    const lastIndex = reader.field("lastIndex");
    const restoredIndex = lastIndex.isNull ? undefined : lastIndex.integer();
    const usual = reader.field("usual");
    const restoredUsual = usual.isNull ? NaN : usual.nonNegative();
    const peak = reader.field("peak").nonNegative();
    const knownRun = reader.field("knownRun").count();
    const knownSteps = reader.field("knownSteps").count();
    const ignoredSteps = reader.field("ignoredSteps").count();
    const finite = (name: string, length: number): Float64Array => {
      const values = reader.field(name).float64s(length);
      if (!values.every((value) => value >= 0 && value < Infinity)) {
        reader.field(name).refuse("values that are finite and not negative");
      }
      return values;
    };
    const recentErrors = finite("recentErrors", RECENT_ERROR_FEATURES);
    const last = finite("last", MEAN_STEPS);
    const rates = finite("rates", this.#rates.length);
    const columns = keptColumns(
      this.#eventNames,
      reader
        .field("events")
        .items()
        .map((name) => name.string()),
    );
    const experts = reader.field("experts").tuple(this.#experts.length);
    const horizons = reader.field("horizons").tuple(this.#horizons.length);
    this.#busy.restore(reader.field("busy"));
    experts.forEach((expert, at) => this.#experts[at]?.restore(expert, columns));
    this.#clock.restore(reader.field("clock"));
    horizons.forEach((horizon, at) => this.#horizons[at]?.restore(horizon));
    this.#lastIndex = restoredIndex;
    this.#usual = restoredUsual;
    this.#peak = peak;
    this.#knownRun = knownRun;
    this.#knownSteps = knownSteps;
    this.#ignoredSteps = ignoredSteps;
    this.#recentErrors.set(recentErrors);
    this.#last.set(last);
    this.#rates.set(rates);
  }

  #step(index: number, rate: number): void {
    const isKnown = rate === rate;
    const isFirst = this.#lastIndex === undefined;
    this.#lastIndex = index;
    if (isKnown) this.#knownSteps += 1;
    this.#knownRun = isKnown ? this.#knownRun + 1 : 0;
    const now = this.#moment(index);
    const usual = this.#experts[0]?.usual(index, now.similarWindows) ?? NaN;
    const value = isKnown ? rate : this.#imputed(usual);
    this.#usual = usual;
    if (isFirst) this.#last.fill(value);
    this.#last.copyWithin(0, 1);
    this.#last[MEAN_STEPS - 1] = value;
    this.#busy.append(index, rate);
    const learns = this.#knownRun >= KNOWN_STEPS_TO_LEARN;
    const observed: ObservedWindow = { value, window: rate, isKnown, learns };
    const ahead = this.#horizons.map((_, at) => this.#moment(index + at + 1));
    for (const expert of this.#experts) expert.observe(index, observed, now, ahead);
    this.#clock.observe(index, observed);
    if (!isKnown) return;
    const { stepSeconds } = this.#options;
    this.#peak = Math.max(rate, this.#peak * 2 ** (-stepSeconds / PEAK_HALF_LIFE_SECONDS));
    this.#score(index, rate * stepSeconds);
    this.#forecastFrom(index, value, ahead);
  }

  #moment(index: number): Moment {
    const { events, stepSeconds } = this.#options;
    return momentAt(events, (index + 0.5) * stepSeconds, this.#daySteps);
  }

  #score(index: number, count: number): void {
    this.#horizons.forEach((horizon, at) => {
      const error = horizon.score(index, count);
      if (at > 0 || error !== error) return;
      ERROR_SPANS_STEPS.forEach((steps, span) => {
        const before = this.#recentErrors[span] ?? 0;
        this.#recentErrors[span] = before + (error * error - before) / steps;
      });
    });
  }

  /** In a gap the load is taken to go on as it usually does at this time. */
  #imputed(usual: number): number {
    const value = this.#last[MEAN_STEPS - 1] ?? 0;
    const change = usual / this.#usual;
    if (!(change > 0)) return value;
    return value * Math.min(MAX_IMPUTED_CHANGE, Math.max(1 / MAX_IMPUTED_CHANGE, change));
  }

  #forecastFrom(index: number, rate: number, ahead: readonly Moment[]): void {
    const { stepSeconds } = this.#options;
    const first = this.#experts[0];
    const level = Math.max(rate, first?.level ?? 0);
    let recent = 0;
    for (const value of this.#last) recent += value;
    const origin: DemandOrigin = {
      index,
      current: rate * stepSeconds,
      recentErrors: this.#recentErrors,
      busyLevel: this.#busy.level * stepSeconds,
    };
    const forecasts = this.#forecasts;
    this.#horizons.forEach((horizon, at) => {
      const usual = first?.usual(index + at + 1, ahead[at]?.similarWindows ?? 0) ?? NaN;
      let eventChange = 0;
      forecasts[0] = rate * stepSeconds;
      forecasts[1] = (recent / MEAN_STEPS) * stepSeconds;
      forecasts[2] = this.#clock.forecast(at) * stepSeconds;
      this.#experts.forEach((expert, number) => {
        forecasts[OTHER_EXPERTS + number] = expert.forecast(at) * stepSeconds;
        eventChange += (expert.eventChange(at) * stepSeconds) / this.#experts.length;
      });
      const most = Math.max(this.#peak, MAX_OVER_LEVEL * (usual > level ? usual : level));
      horizon.forecast(origin, forecasts, eventChange, most * stepSeconds);
      horizon.write(1 / stepSeconds, this.#rates, at * NODES);
    });
  }
}
