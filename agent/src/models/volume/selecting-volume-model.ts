import {
  failed,
  ready,
  warmingUp,
  type EventCalendar,
  type FitJob,
  type FitResult,
  type ForecastPoint,
  type ForecastQuality,
  type Json,
  type ModelResult,
  type SeasonStrength,
  type VolumeForecast,
  type VolumeModel,
} from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { DirectVolumeModel } from "./direct-volume-model.js";
import { FitSchedule } from "./fit-schedule.js";
import { FittedPath } from "./fitted-path.js";
import { HorizonTracker, type CandidateError } from "./horizon-tracker.js";
import { pointFrom, pointSnapshot } from "./point-snapshot.js";
import { RateHistory } from "./rate-history.js";
import { SeasonFinder } from "./season-finder.js";
import { SeasonalBaseline, SEASONS_IN_LONG_SEASON } from "./seasonal-baseline.js";
import { wholeWindows } from "./whole-windows.js";

const SNAPSHOT_FORMAT = "selecting-volume-4";

/** Naive comes first: the others are measured against it. */
const CANDIDATES = [
  "naive",
  "recent_mean",
  "seasonal_naive",
  "ets",
  "mstl",
  "direct",
  "prophet",
] as const;
const SEASONAL_NAIVE = 2;
const DIRECT = 5;
const FITTED = ["ets", "mstl", "prophet"] as const;

/** Before this many windows nothing is said. */
const MIN_WINDOWS = 30;
/** A target is the mean rate of the minute that ends at the horizon: what autoscalers read. */
const TARGET_SECONDS = 60;
const RECENT_MEAN_SECONDS = 300;
/** Neighborhood on each side of a seasonal look-up. */
const SEASONAL_HALF_WIDTH_SECONDS = 150;
/** Half of a level difference between a fitted path and the load is made up in this time. */
const LEVEL_CORRECTION_HALF_LIFE_SECONDS = 120;
/** Half of the windows that a mean is taken of must be known. */
const MIN_KNOWN_RATIO = 0.5;

export interface SelectingVolumeOptions {
  readonly windowSeconds: number;
  /** Ascending multiples of `windowSeconds`. */
  readonly horizonsSeconds: readonly number[];
  /** Nominal coverage of the intervals, a ratio. */
  readonly level: number;
  /** A multiple of `windowSeconds`; a day, say. */
  readonly seasonSeconds: number;
  /** Windows from one fit to the next. */
  readonly refitWindows: number;
  /** Whether Prophet is one of the candidates, which costs much and gains little; not when left out. */
  readonly prophet?: boolean;
  /** None when left out. */
  readonly events?: EventCalendar | undefined;
}

/**
 * Forecasts the load by several candidates side by side; for each horizon they are weighed by their rolling
 * squared errors, relative to naive on the same targets, so that the best one says nearly all.
 *
 * The target at a horizon h is the mean rate of the minute that ends h after the end of the last window
 * (of the last window alone when windows are longer, of less than a minute when h is). Candidates:
 * - `naive`: the last minute goes on; the same quantity as the target, one horizon ago;
 * - `recent_mean`: the mean of the last five minutes goes on;
 * - `seasonal_naive`: the same time a season ago, with a week ago where known (see SeasonalBaseline);
 * - `ets`: an exponential smoothing state space model of the recent hours, fitted off the main thread;
 * - `mstl`: a seasonal-trend decomposition of the last seasons, fitted off the main thread;
 * - `direct`: linear models for each horizon, autoregressive and seasonal, which learn with every window
 *   (see DirectVolumeModel);
 * - `prophet`: on request, Prophet on the last seasons, fitted off the main thread.
 *
 * It is `warming_up` until it has seen 30 windows and, for every horizon, a first target of its own
 * forecasts: without one there is no interval. It is `failed` with `stale_input` while half of the last
 * minute is missing. Gaps are neither learned from nor scored.
 */
export class SelectingVolumeModel implements VolumeModel {
  readonly #options: SelectingVolumeOptions;
  readonly #history: RateHistory;
  readonly #seasonal: SeasonalBaseline;
  readonly #schedule: FitSchedule;
  readonly #trackers: readonly HorizonTracker[];
  readonly #direct: DirectVolumeModel;
  readonly #paths = new Map<string, FittedPath>();
  readonly #seasons: SeasonFinder;
  readonly #correctionGain: number;
  readonly #candidates = new Float64Array(CANDIDATES.length);
  #points: ForecastPoint[] | undefined;
  #knownWindows = 0;
  #ignoredWindows = 0;

  /** Throws a RangeError when a horizon or the season is not a positive multiple of the window. */
  constructor(options: SelectingVolumeOptions) {
    const { windowSeconds, level } = options;
    if (!(windowSeconds > 0)) throw new RangeError("windowSeconds must be positive");
    if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`);
    const horizons = options.horizonsSeconds.map((seconds) =>
      wholeWindows("horizonsSeconds", seconds, windowSeconds),
    );
    const seasonWindows = wholeWindows("seasonSeconds", options.seasonSeconds, windowSeconds);
    const halfWidthWindows = Math.round(SEASONAL_HALF_WIDTH_SECONDS / windowSeconds);
    this.#options = options;
    // A day more than a week of days, so that a week ago and its neighborhood are there.
    this.#history = new RateHistory((SEASONS_IN_LONG_SEASON + 1) * seasonWindows);
    this.#seasonal = new SeasonalBaseline(seasonWindows, halfWidthWindows);
    this.#schedule = new FitSchedule({
      windowSeconds,
      refitWindows: options.refitWindows,
      seasonWindows,
      maxHorizonWindows: Math.max(...horizons),
      prophet: options.prophet ?? false,
      events: options.events,
    });
    this.#trackers = horizons.map(
      (horizonWindows) =>
        new HorizonTracker({
          horizonSeconds: horizonWindows * windowSeconds,
          horizonWindows,
          windowSeconds,
          targetWindows: this.#targetWindows(horizonWindows),
          candidateNames: CANDIDATES,
          seasonalCandidate: SEASONAL_NAIVE,
          level,
        }),
    );
    this.#direct = new DirectVolumeModel({
      ...options,
      windowsPerStep: this.#targetWindows(Infinity),
    });
    this.#seasons = new SeasonFinder(windowSeconds);
    this.#correctionGain = 1 - 2 ** (-windowSeconds / LEVEL_CORRECTION_HALF_LIFE_SECONDS);
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
    const index = Math.round(startSeconds / this.#options.windowSeconds);
    const last = this.#history.lastIndex;
    if (last !== undefined && index <= last) {
      this.#ignoredWindows += 1;
      return;
    }
    this.#history.append(index, callsPerSecond ?? NaN);
    if (callsPerSecond !== undefined) this.#knownWindows += 1;
    for (const path of this.#paths.values()) path.observe(index, callsPerSecond ?? NaN);
    this.#schedule.windowClosed();
    this.#direct.observe(startSeconds, callsPerSecond);
    this.#seasons.observe(startSeconds, callsPerSecond);
    this.#score(index);
    this.#points = this.#forecastFrom(index);
  }

  forecast(): ModelResult<VolumeForecast> {
    const last = this.#history.lastIndex;
    if (last === undefined || this.#knownWindows === 0) return warmingUp("no_calls_yet");
    if (
      this.#knownWindows < MIN_WINDOWS ||
      !this.#trackers.every((tracker) => tracker.hasInterval)
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

  dueFit(): FitJob | undefined {
    return this.#schedule.due(this.#history);
  }

  adopt(result: FitResult): void {
    if (result.kind !== "volume") return;
    const pending = this.#schedule.takePending(result.originIndex);
    const last = this.#history.lastIndex;
    if (pending === undefined || last === undefined) return;
    for (const name of FITTED) {
      const values = result.paths[name];
      if (values === undefined) continue;
      const { originIndex, stepWindows } = pending;
      const path = new FittedPath(originIndex, stepWindows, values, this.#correctionGain);
      // The windows that closed while it was fitted.
      for (let index = originIndex + 1; index <= last; index += 1) {
        path.observe(index, this.#history.at(index));
      }
      this.#paths.set(name, path);
    }
  }

  quality(): readonly ForecastQuality[] {
    return this.#trackers
      .map((tracker) => tracker.quality())
      .filter((quality) => quality !== undefined);
  }

  /** Why who speaks speaks: the recent errors of all candidates at every horizon. */
  candidateErrors(): CandidateError[] {
    return this.#trackers.flatMap((tracker) => tracker.candidateErrors());
  }

  /** Which seasons the load has, for people; candidates find out by their errors whether theirs counts. */
  seasons(): readonly SeasonStrength[] {
    return this.#seasons.strengths();
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      windowSeconds: this.#options.windowSeconds,
      knownWindows: this.#knownWindows,
      ignoredWindows: this.#ignoredWindows,
      history: this.#history.snapshot(),
      schedule: this.#schedule.snapshot(),
      paths: [...this.#paths].map(([name, path]) => [name, path.snapshot()]),
      points: this.#points?.map(pointSnapshot) ?? null,
      trackers: this.#trackers.map((tracker) => tracker.snapshot()),
      direct: this.#direct.snapshot(),
      seasons: this.#seasons.snapshot(),
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "volume");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("windowSeconds").equals(this.#options.windowSeconds);
    const knownWindows = reader.field("knownWindows").count();
    const ignoredWindows = reader.field("ignoredWindows").count();
    const paths = reader
      .field("paths")
      .items(FITTED.length)
      .map((item): [string, FittedPath] => {
        const [name, path] = item.tuple(2);
        return [(name ?? item).string(), FittedPath.from(path ?? item, this.#correctionGain)];
      });
    const points = reader.field("points");
    const restoredPoints = points.isNull
      ? undefined
      : points.items(this.#trackers.length).map(pointFrom);
    const trackers = reader.field("trackers").tuple(this.#trackers.length);
    this.#direct.restoreFrom(reader.field("direct"));
    this.#seasons.restore(reader.field("seasons"));
    this.#history.restore(reader.field("history"));
    this.#schedule.restore(reader.field("schedule"));
    trackers.forEach((tracker, index) => this.#trackers[index]?.restore(tracker));
    this.#paths.clear();
    for (const [name, path] of paths) this.#paths.set(name, path);
    this.#points = restoredPoints;
    this.#knownWindows = knownWindows;
    this.#ignoredWindows = ignoredWindows;
  }

  #score(index: number): void {
    for (const tracker of this.#trackers) {
      const { horizonWindows } = tracker;
      const span = this.#targetWindows(horizonWindows);
      const target = this.#history.mean(index - span + 1, index, 1);
      if (!Number.isNaN(target)) tracker.score(index - horizonWindows, target);
    }
  }

  #forecastFrom(origin: number): ForecastPoint[] | undefined {
    const points: ForecastPoint[] = [];
    const candidates = this.#candidates;
    const recentWindows = Math.ceil(RECENT_MEAN_SECONDS / this.#options.windowSeconds);
    const recentMean = this.#history.mean(origin - recentWindows + 1, origin, MIN_KNOWN_RATIO);
    const direct = this.#direct.candidates();
    for (const [number, tracker] of this.#trackers.entries()) {
      const span = this.#targetWindows(tracker.horizonWindows);
      const to = origin + tracker.horizonWindows;
      const from = to - span + 1;
      const naive = this.#history.mean(origin - span + 1, origin, MIN_KNOWN_RATIO);
      if (Number.isNaN(naive)) return undefined;
      candidates[0] = naive;
      candidates[1] = recentMean;
      candidates[SEASONAL_NAIVE] = this.#seasonal.at(this.#history, origin, from, to);
      candidates[3] = this.#paths.get("ets")?.forecast(from, to) ?? NaN;
      candidates[4] = this.#paths.get("mstl")?.forecast(from, to) ?? NaN;
      // Candidates that know of no event would drown those that do.
      const eventChange = this.#direct.eventChange(number);
      for (let other = 1; other < DIRECT; other += 1) {
        candidates[other] = Math.max(0, (candidates[other] ?? NaN) + eventChange);
      }
      candidates[DIRECT] = direct?.[number]?.point ?? NaN;
      candidates[DIRECT + 1] = this.#paths.get("prophet")?.forecast(from, to) ?? NaN;
      points.push(tracker.forecast(origin, candidates, eventChange));
    }
    return points;
  }

  #targetWindows(horizonWindows: number): number {
    const minute = Math.max(1, Math.round(TARGET_SECONDS / this.#options.windowSeconds));
    return Math.min(minute, horizonWindows);
  }
}
