import type { EventCalendar, FitJob, Json, ProphetNeeds } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import type { RateHistory } from "./rate-history.js";

/** No fit before there are this many windows. */
const MIN_WINDOWS = 60;
/** Finer steps than a minute are mostly noise to a trend. */
const TREND_STEP_SECONDS = 60;
/** The trend is fitted on at most this many steps (3 h of minutes): 5 to 8 ms. */
const TREND_MAX_STEPS = 180;
/** A fit pays when this share of what it is fitted on is new. */
const RENEWED_SHARE = 1 / 12;
/** With a short history the steps are made finer, down to one window, to have this many. */
const TREND_MIN_STEPS = 60;
/** A season is fitted in this many steps (a day in steps of 10 minutes). */
const SEASON_STEPS = 144;
/** Seasons that are fitted on: a decomposition needs two, and more than a week only costs. */
const MIN_SEASONS = 2;
const MAX_SEASONS = 7;
/** The season changes slowly: every so many fits is one of it. */
const FITS_PER_SEASONAL_FIT = 12;
/** With more gaps than this, what would be fitted is mostly invention. */
const MAX_GAP_RATIO = 0.2;

/** Which path a result will be, and where it begins. */
export interface PendingFit {
  readonly originIndex: number;
  readonly stepWindows: number;
}

/**
 * Says when a fit is due and of what: the recent trend every `refitWindows` windows (less often once a
 * twelfth of what is fitted takes longer than that to be renewed), and now and then the
 * season, on coarser steps. Remembers at which window the fit under way began; a fit that has not come
 * back when the next is due is given up, and not taken for the next when it comes after all.
 */
export class FitSchedule {
  readonly #refitWindows: number;
  readonly #trendStepWindows: number;
  readonly #seasonWindows: number;
  readonly #maxHorizonWindows: number;
  readonly #windowSeconds: number;
  readonly #prophet: boolean;
  readonly #events: EventCalendar | undefined;
  #windowsSinceFit = 0;
  #fitsSinceSeasonal = FITS_PER_SEASONAL_FIT;
  #pending: PendingFit | undefined;

  constructor(options: {
    readonly windowSeconds: number;
    readonly refitWindows: number;
    readonly seasonWindows: number;
    readonly maxHorizonWindows: number;
    /** Whether Prophet is fitted whenever the season is. */
    readonly prophet: boolean;
    readonly events: EventCalendar | undefined;
  }) {
    this.#windowSeconds = options.windowSeconds;
    this.#prophet = options.prophet;
    this.#events = options.events;
    this.#refitWindows = options.refitWindows;
    this.#trendStepWindows = Math.max(1, Math.round(TREND_STEP_SECONDS / options.windowSeconds));
    this.#seasonWindows = options.seasonWindows;
    this.#maxHorizonWindows = options.maxHorizonWindows;
    this.#windowsSinceFit = options.refitWindows;
  }

  windowClosed(): void {
    this.#windowsSinceFit += 1;
  }

  due(history: RateHistory): FitJob | undefined {
    const origin = history.lastIndex;
    if (origin === undefined || history.length < MIN_WINDOWS) return undefined;
    if (this.#windowsSinceFit < this.#intervalWindows(history)) return undefined;
    this.#windowsSinceFit = 0;
    this.#fitsSinceSeasonal += 1;
    const seasonal = this.#fitsSinceSeasonal > FITS_PER_SEASONAL_FIT;
    const job =
      (seasonal ? this.#seasonalJob(history, origin) : undefined) ??
      this.#trendJob(history, origin);
    this.#pending = job?.pending;
    return job?.job;
  }

  /** The fit under way, when it is the one that began at this window; asking takes it. */
  takePending(originIndex: number): PendingFit | undefined {
    const pending = this.#pending;
    if (pending?.originIndex !== originIndex) return undefined;
    this.#pending = undefined;
    return pending;
  }

  snapshot(): Json {
    return {
      windowsSinceFit: this.#windowsSinceFit,
      fitsSinceSeasonal: this.#fitsSinceSeasonal,
      pending:
        this.#pending === undefined ? null : [this.#pending.originIndex, this.#pending.stepWindows],
    };
  }

  restore(reader: SnapshotReader): void {
    const windowsSinceFit = reader.field("windowsSinceFit").count();
    const fitsSinceSeasonal = reader.field("fitsSinceSeasonal").count();
    const field = reader.field("pending");
    let pending: PendingFit | undefined;
    if (!field.isNull) {
      const [originIndex, stepWindows] = field.tuple(2);
      pending = {
        originIndex: (originIndex ?? field).integer(),
        stepWindows: (stepWindows ?? field).count(),
      };
      if (pending.stepWindows === 0) field.refuse("at least one window a step");
    }
    this.#windowsSinceFit = windowsSinceFit;
    this.#fitsSinceSeasonal = fitsSinceSeasonal;
    this.#pending = pending;
  }

  #intervalWindows(history: RateHistory): number {
    const fitted = Math.min(history.length, TREND_MAX_STEPS * this.#trendStepWindows);
    return Math.max(this.#refitWindows, Math.ceil(RENEWED_SHARE * fitted));
  }

  #trendJob(history: RateHistory, origin: number): DueFit | undefined {
    const finest = Math.floor(history.length / TREND_MIN_STEPS);
    const stepWindows = Math.max(1, Math.min(this.#trendStepWindows, finest));
    const steps = Math.min(TREND_MAX_STEPS, Math.floor(history.length / stepWindows));
    return this.#job(history, origin, stepWindows, steps, undefined, 1);
  }

  #seasonalJob(history: RateHistory, origin: number): DueFit | undefined {
    const stepWindows = Math.max(1, Math.round(this.#seasonWindows / SEASON_STEPS));
    const seasonSteps = Math.round(this.#seasonWindows / stepWindows);
    const seasons = Math.min(MAX_SEASONS, Math.floor(history.length / (seasonSteps * stepWindows)));
    if (seasonSteps < 2 || seasons < MIN_SEASONS) return undefined;
    const job = this.#job(
      history,
      origin,
      stepWindows,
      seasons * seasonSteps,
      seasonSteps,
      FITS_PER_SEASONAL_FIT + 1,
    );
    if (job !== undefined) this.#fitsSinceSeasonal = 0;
    return job;
  }

  #job(
    history: RateHistory,
    origin: number,
    stepWindows: number,
    steps: number,
    seasonSteps: number | undefined,
    fitsUntilNext: number,
  ): DueFit | undefined {
    const series = aggregate(history, origin, stepWindows, steps, seasonSteps ?? 1);
    if (series === undefined) return undefined;
    // The path must last until the next one comes, which may be as late as another interval.
    const windows = (fitsUntilNext + 1) * this.#intervalWindows(history) + this.#maxHorizonWindows;
    const horizonSteps = Math.ceil(windows / stepWindows) + 1;
    return {
      job: {
        kind: "volume",
        originIndex: origin,
        series,
        horizonSteps,
        seasonSteps,
        ...(this.#prophet && seasonSteps !== undefined
          ? { prophet: this.#prophetNeeds(origin, stepWindows, steps, horizonSteps) }
          : {}),
      },
      pending: { originIndex: origin, stepWindows },
    };
  }

  #prophetNeeds(
    origin: number,
    stepWindows: number,
    steps: number,
    horizonSteps: number,
  ): ProphetNeeds {
    const stepSeconds = stepWindows * this.#windowSeconds;
    const endSeconds = (origin + 1) * this.#windowSeconds;
    const occurrences = this.#events?.between(
      endSeconds - steps * stepSeconds,
      endSeconds + horizonSteps * stepSeconds,
    );
    return { endSeconds, stepSeconds, occurrences: occurrences ?? [] };
  }
}

interface DueFit {
  readonly job: FitJob;
  readonly pending: PendingFit;
}

/**
 * The last `steps` means of `stepWindows` windows up to `origin`. A step that is wholly unknown repeats
 * the one `lag` steps before, or the first that is known; undefined when too many are.
 */
function aggregate(
  history: RateHistory,
  origin: number,
  stepWindows: number,
  steps: number,
  lag: number,
): Float64Array | undefined {
  const series = new Float64Array(steps);
  let gaps = 0;
  let firstKnown = NaN;
  for (let step = 0; step < steps; step += 1) {
    const to = origin - (steps - 1 - step) * stepWindows;
    const mean = history.mean(to - stepWindows + 1, to, 0);
    if (mean !== mean) gaps += 1;
    else if (firstKnown !== firstKnown) firstKnown = mean;
    series[step] = mean;
  }
  if (gaps > MAX_GAP_RATIO * steps) return undefined;
  for (let step = 0; step < steps; step += 1) {
    if (!Number.isNaN(series[step])) continue;
    series[step] = series[step - lag] ?? series[step - 1] ?? firstKnown;
  }
  return series;
}
