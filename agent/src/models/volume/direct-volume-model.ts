import {
  failed,
  ready,
  warmingUp,
  type ForecastPoint,
  type EventCalendar,
  type ForecastQuality,
  type Json,
  type ModelResult,
  type SeasonStrength,
  type VolumeForecast,
  type VolumeModel,
} from "../../core/index.js";
import { encodeFloats, SnapshotReader } from "../../core/snapshot-reader.js";
import { DirectExpert, type ExpertSetting } from "./direct-expert.js";
import { DirectHorizon } from "./direct-horizon.js";
import { keptColumns } from "./kept-columns.js";
import { momentAt, type Moment } from "./moment.js";
import { pointFrom, pointSnapshot } from "./point-snapshot.js";
import { RateHistory } from "./rate-history.js";
import { wholeWindows } from "./whole-windows.js";

const SNAPSHOT_FORMAT = "direct-volume-2";

/** Before this many windows nothing is said. */
const MIN_WINDOWS = 30;
/** Half of the windows of a step must be known, or the step is not. */
const MIN_KNOWN_RATIO = 0.5;
/** After a gap so many steps must be known before anything is learned again. */
const KNOWN_STEPS_TO_LEARN = 5;
/** No forecast is more than this multiple of the level: what was never seen is no forecast. */
const MAX_OVER_LEVEL = 4;
/** A gap changes an imputed value by no more than this factor a window. */
const MAX_IMPUTED_CHANGE = 2;
/** A gap longer than this is not walked through window by window. */
const MAX_IMPUTED_SECONDS = 8 * 86_400;

/**
 * Different memories and smoothings see different things: five days and a few minutes follow a changing
 * load and breaks that come by the clock; three weeks and wide neighborhoods steady the shape of a day.
 * Square roots weigh busy times less, so that one crowd does not decide what is learned.
 */
const EXPERTS: readonly ExpertSetting[] = [
  { name: "linear", scale: "identity", memoryDays: 5, smoothingSteps: 3 },
  { name: "root_linear", scale: "square_root", memoryDays: 20, smoothingSteps: 10 },
  { name: "smooth_linear", scale: "identity", memoryDays: 20, smoothingSteps: 30 },
];
const NAIVE = "naive";

const SECONDS_PER_DAY = 86_400;

export interface DirectVolumeOptions {
  readonly windowSeconds: number;
  /** Windows that a value, and so a target, is the mean of. */
  readonly windowsPerStep: number;
  /** Ascending multiples of `windowSeconds`. */
  readonly horizonsSeconds: readonly number[];
  /** Nominal coverage of the intervals, a ratio. */
  readonly level: number;
  /** A multiple of `windowSeconds`; a day, say. Seven of them are the long season. */
  readonly seasonSeconds: number;
  /** None when left out. */
  readonly events?: EventCalendar | undefined;
}

/**
 * Forecasts the load at each horizon by four experts side by side, weighed by their recent errors there:
 * naive, and three direct linear models that forget (DirectExpert). Intervals are calibrated for quiet,
 * middle and busy loads apart (GroupedInterval). Memory: a week of history for each
 * linear expert.
 *
 * Gaps are imputed, so that lags keep their place, but neither learned from nor scored nor forecast from.
 * It is `warming_up` before 30 windows and, at any horizon, 60 targets; `failed` with `stale_input` while
 * half of the last step is missing.
 */
export class DirectVolumeModel implements VolumeModel {
  readonly #options: DirectVolumeOptions;
  readonly #experts: readonly DirectExpert[];
  readonly #horizons: readonly DirectHorizon[];
  /** The windows of the last step. */
  readonly #windows: RateHistory;
  /** Of one season: what seasonal naive says. */
  readonly #season: RateHistory;
  readonly #seasonWindows: number;
  readonly #values: Float64Array;
  readonly #eventChanges: Float64Array;
  readonly #eventNames: readonly string[];
  /** 0 where the season is no day. */
  readonly #dayWindows: number;
  #points: ForecastPoint[] | undefined;
  #value = 0;
  #usual = NaN;
  #knownRun = 0;
  #knownWindows = 0;
  #ignoredWindows = 0;

  /** Throws a RangeError when a horizon or the season is not a positive multiple of the window. */
  constructor(options: DirectVolumeOptions) {
    const { windowSeconds, windowsPerStep, level } = options;
    if (!(windowSeconds > 0)) throw new RangeError("windowSeconds must be positive");
    if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`);
    if (!(Number.isInteger(windowsPerStep) && windowsPerStep > 0)) {
      throw new RangeError(`windowsPerStep must be a positive integer, got ${windowsPerStep}`);
    }
    const horizonsWindows = options.horizonsSeconds.map((seconds) =>
      wholeWindows("horizonsSeconds", seconds, windowSeconds),
    );
    const seasonWindows = wholeWindows("seasonSeconds", options.seasonSeconds, windowSeconds);
    this.#options = options;
    this.#eventNames = options.events?.names ?? [];
    this.#dayWindows = options.seasonSeconds === SECONDS_PER_DAY ? seasonWindows : 0;
    this.#eventChanges = new Float64Array(horizonsWindows.length);
    this.#windows = new RateHistory(windowsPerStep);
    this.#season = new RateHistory(seasonWindows + 1);
    this.#seasonWindows = seasonWindows;
    this.#experts = EXPERTS.map(
      (setting) =>
        new DirectExpert(setting, {
          windowSeconds,
          windowsPerStep,
          horizonsWindows,
          seasonWindows,
          events: this.#eventNames.length,
        }),
    );
    const expertNames = [NAIVE, ...EXPERTS.map(({ name }) => name)];
    this.#values = new Float64Array(expertNames.length);
    this.#horizons = horizonsWindows.map(
      (horizonWindows) =>
        new DirectHorizon({ windowSeconds, windowsPerStep, horizonWindows, expertNames, level }),
    );
  }

  /** Windows that came again or out of order. */
  get ignoredWindows(): number {
    return this.#ignoredWindows;
  }

  /** Throws a TypeError when the rate is not a finite number >= 0: a gap is `undefined`. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void {
    if (!Number.isFinite(startSeconds)) throw new TypeError("startSeconds must be finite");
    if (callsPerSecond !== undefined && !(callsPerSecond >= 0 && callsPerSecond < Infinity)) {
      throw new TypeError(`callsPerSecond must be finite and not negative, got ${callsPerSecond}`);
    }
    const { windowSeconds } = this.#options;
    const index = Math.round(startSeconds / windowSeconds);
    const last = this.#windows.lastIndex;
    if (last !== undefined && index <= last) {
      this.#ignoredWindows += 1;
      return;
    }
    if (this.#knownWindows === 0 && callsPerSecond === undefined) return;
    // What was left out is a gap; of one that outlasts the history only the end matters.
    const skipped = Math.max(
      (last ?? index - 1) + 1,
      index - Math.floor(MAX_IMPUTED_SECONDS / windowSeconds),
    );
    for (let gap = skipped; gap < index; gap += 1) this.#step(gap, NaN);
    this.#step(index, callsPerSecond ?? NaN);
  }

  forecast(): ModelResult<VolumeForecast> {
    const last = this.#windows.lastIndex;
    if (last === undefined || this.#knownWindows === 0) return warmingUp("no_calls_yet");
    if (
      this.#knownWindows < MIN_WINDOWS ||
      !this.#horizons.every((horizon) => horizon.hasInterval)
    ) {
      return warmingUp("too_few_windows");
    }
    if (this.#points === undefined) return failed("stale_input");
    return ready({
      originSeconds: (last + 1) * this.#options.windowSeconds,
      level: this.#options.level,
      points: this.#points,
    });
  }

  /** What is said of each horizon before there are intervals; undefined while input is stale. */
  candidates(): readonly ForecastPoint[] | undefined {
    return this.#points;
  }

  /** What of each horizon's forecast events bring, calls per second: 0 where none begins or ends. */
  eventChange(horizon: number): number {
    return this.#eventChanges[horizon] ?? 0;
  }

  /** Nothing is fitted off the main thread. */
  dueFit(): undefined {
    return undefined;
  }

  adopt(): void {
    // No fit was asked for.
  }

  quality(): readonly ForecastQuality[] {
    return this.#horizons
      .map((horizon) => horizon.quality())
      .filter((quality) => quality !== undefined);
  }

  /** It looks for none: each season's weights say how much it counts. */
  seasons(): readonly SeasonStrength[] {
    return [];
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      windowSeconds: this.#options.windowSeconds,
      windowsPerStep: this.#options.windowsPerStep,
      value: this.#value,
      usual: Number.isNaN(this.#usual) ? null : this.#usual,
      knownRun: this.#knownRun,
      knownWindows: this.#knownWindows,
      ignoredWindows: this.#ignoredWindows,
      windows: this.#windows.snapshot(),
      season: this.#season.snapshot(),
      events: [...this.#eventNames],
      eventChanges: encodeFloats(this.#eventChanges),
      points: this.#points?.map(pointSnapshot) ?? null,
      experts: this.#experts.map((expert) => expert.snapshot()),
      horizons: this.#horizons.map((horizon) => horizon.snapshot()),
    };
  }

  restore(snapshot: Json): void {
    this.restoreFrom(new SnapshotReader(snapshot, "volume"));
  }

  /** As a part of another model's snapshot. */
  restoreFrom(reader: SnapshotReader): void {
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("windowSeconds").equals(this.#options.windowSeconds);
    reader.field("windowsPerStep").equals(this.#options.windowsPerStep);
    const value = reader.field("value").nonNegative();
    const usual = reader.field("usual");
    const restoredUsual = usual.isNull ? NaN : usual.nonNegative();
    const knownRun = reader.field("knownRun").count();
    const knownWindows = reader.field("knownWindows").count();
    const ignoredWindows = reader.field("ignoredWindows").count();
    const points = reader.field("points");
    const restoredPoints = points.isNull
      ? undefined
      : points.tuple(this.#horizons.length).map(pointFrom);
    const eventChanges = reader.field("eventChanges").float64s(this.#eventChanges.length);
    if (!eventChanges.every(Number.isFinite)) reader.field("eventChanges").refuse("finite values");
    const columns = keptColumns(
      this.#eventNames,
      reader
        .field("events")
        .items()
        .map((name) => name.string()),
    );
    const experts = reader.field("experts").tuple(this.#experts.length);
    const horizons = reader.field("horizons").tuple(this.#horizons.length);
    this.#windows.restore(reader.field("windows"));
    this.#season.restore(reader.field("season"));
    experts.forEach((expert, index) => this.#experts[index]?.restore(expert, columns));
    horizons.forEach((horizon, index) => this.#horizons[index]?.restore(horizon));
    this.#eventChanges.set(eventChanges);
    this.#points = restoredPoints;
    this.#value = value;
    this.#usual = restoredUsual;
    this.#knownRun = knownRun;
    this.#knownWindows = knownWindows;
    this.#ignoredWindows = ignoredWindows;
  }

  #moment(index: number): Moment {
    const { events, windowSeconds } = this.#options;
    return momentAt(events, (index + 0.5) * windowSeconds, this.#dayWindows);
  }

  #step(index: number, window: number): void {
    const { windowsPerStep } = this.#options;
    this.#windows.append(index, window);
    if (window === window) this.#knownWindows += 1;
    const now = this.#moment(index);
    const usual = this.#experts[0]?.usual(index, now.similarWindows) ?? NaN;
    const mean = this.#windows.mean(index - windowsPerStep + 1, index, MIN_KNOWN_RATIO);
    const isKnown = mean === mean;
    this.#knownRun = isKnown ? this.#knownRun + 1 : 0;
    this.#value = isKnown ? mean : this.#imputed(usual);
    this.#usual = usual;
    this.#season.append(index, mean);
    const learns = this.#knownRun >= KNOWN_STEPS_TO_LEARN * windowsPerStep;
    const ahead = this.#horizons.map(({ windows }) => this.#moment(index + windows));
    const observed = { value: this.#value, window, isKnown, learns };
    for (const expert of this.#experts) expert.observe(index, observed, now, ahead);
    if (isKnown) {
      for (const horizon of this.#horizons) horizon.score(index - horizon.windows, mean);
    }
    this.#points = isKnown ? this.#forecastFrom(index, ahead) : undefined;
  }

  /** In a gap the load is taken to go on as it usually does at this time. */
  #imputed(usual: number): number {
    const change = usual / this.#usual;
    if (!(change > 0)) return this.#value;
    return this.#value * Math.min(MAX_IMPUTED_CHANGE, Math.max(1 / MAX_IMPUTED_CHANGE, change));
  }

  #forecastFrom(origin: number, ahead: readonly Moment[]): ForecastPoint[] {
    const values = this.#values;
    const first = this.#experts[0];
    const level = Math.max(this.#value, first?.level ?? 0);
    return this.#horizons.map((horizon, number) => {
      const target = origin + horizon.windows;
      const usual = first?.usual(target, ahead[number]?.similarWindows ?? 0) ?? NaN;
      values[0] = this.#value;
      let eventChange = 0;
      this.#experts.forEach((expert, index) => {
        values[index + 1] = expert.forecast(number);
        eventChange += expert.eventChange(number) / this.#experts.length;
      });
      this.#eventChanges[number] = eventChange;
      const seasonalNaive = this.#season.at(target - this.#seasonWindows);
      const cap = MAX_OVER_LEVEL * (usual > level ? usual : level);
      return horizon.forecast(origin, values, eventChange, seasonalNaive, cap);
    });
  }
}
