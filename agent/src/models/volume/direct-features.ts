import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import type { Moment } from "./moment.js";
import { RecentValues, RUNNING_MEANS } from "./recent-values.js";
import { SeasonalLookup, type SeasonalLevels } from "./seasonal-lookup.js";

const NEAR_LAGS = 4;
/** Differences of the seasonal levels, the load against them, and two products. */
const SEASONAL_FEATURES = 8;
/** All but those of the events. */
export const BASE_FEATURES = 1 + NEAR_LAGS + RUNNING_MEANS + SEASONAL_FEATURES;
/** Of each event: what its beginning changes, and its end. */
export const FEATURES_PER_EVENT = 2;
/** What a seasonal change may multiply a load by, less one: from to nothing to 2.5 times. */
const MIN_RELATIVE_CHANGE = -1;
const MAX_RELATIVE_CHANGE = 1.5;

export interface DirectFeaturesOptions {
  /** Windows that a value is the mean of; lags are multiples of it. */
  readonly windowsPerStep: number;
  readonly seasonWindows: number;
  /** On each side of a seasonal look-up. */
  readonly halfWidthWindows: number;
  readonly maxHorizonWindows: number;
  /** Numbers of the scheduled events. */
  readonly events: number;
}

/**
 * What a linear forecast of z(t + h) - z(t) rests on at time t. Everything is a difference, so that no
 * features means that the load stays, and a new level needs no relearning:
 * - 1; z(t) less each of its last values and running means;
 * - how the same time of yesterday, of last week, and of the mean of up to seven days went on from t to
 *   t + h; how far z(t) is above each; and z(t) times the relative change of the mean and of the week;
 * - scheduled events: z(t) for each that begins from t to t + h, and -z(t) for each that ends, since an event
 *   multiplies a load: what a beginning adds to z is another share of it than what an end takes away.
 * Levels that are unknown contribute 0. What the load was while an unusual event went on is no level of other
 * days, and a holiday's levels are those of the last Sunday (see EventCalendar).
 */
export class DirectFeatures {
  readonly #options: DirectFeaturesOptions;
  readonly #recent: RecentValues;
  readonly #seasonal: SeasonalLookup;
  readonly #now: SeasonalLevels = { last: NaN, long: NaN, mean: NaN };
  readonly #then: SeasonalLevels = { last: NaN, long: NaN, mean: NaN };
  /** The number of features; those of the events come last. */
  readonly length: number;
  #index = 0;
  #similarWindows = 0;
  #isUnusual = false;

  constructor(options: DirectFeaturesOptions) {
    this.#options = options;
    const { windowsPerStep, maxHorizonWindows, events } = options;
    const depth = Math.max(NEAR_LAGS * windowsPerStep, maxHorizonWindows) + 1;
    this.#recent = new RecentValues(depth, windowsPerStep);
    this.#seasonal = new SeasonalLookup(
      options.seasonWindows,
      options.halfWidthWindows,
      maxHorizonWindows,
    );
    this.length = BASE_FEATURES + FEATURES_PER_EVENT * events;
  }

  /** z(t). */
  get current(): number {
    return this.#recent.back(0);
  }

  /** z, `lag` windows ago, no farther back than the farthest horizon. */
  back(lag: number): number {
    return this.#recent.back(lag);
  }

  get level(): number {
    return this.#recent.level;
  }

  /** The usual value at window `index`, as known now; NaN without a season of history. */
  usual(index: number, similarWindows: number): number {
    this.#seasonal.at(index, this.#index, this.#then, similarWindows);
    return this.#then.mean;
  }

  /** `value` has no gaps; `window` is the value of the one window, NaN for a gap. */
  append(index: number, value: number, window: number, moment: Moment): void {
    this.#index = index;
    this.#similarWindows = moment.similarWindows;
    this.#isUnusual = moment.isUnusual;
    this.#recent.append(value);
    this.#seasonal.append(index, moment.isUnusual ? NaN : window);
    this.#seasonal.at(index, index, this.#now, this.#similarWindows);
  }

  /** Writes the features of a forecast `horizonWindows` ahead into `rows[offset..]`. */
  write(
    horizonWindows: number,
    eventsNow: readonly number[],
    moment: Moment,
    rows: Float64Array,
    offset: number,
  ): void {
    const { windowsPerStep, events } = this.#options;
    const recent = this.#recent;
    const current = recent.back(0);
    let at = offset;
    rows[at++] = 1;
    for (let lag = 1; lag <= NEAR_LAGS; lag += 1) {
      rows[at++] = current - recent.back(lag * windowsPerStep);
    }
    for (let i = 0; i < RUNNING_MEANS; i += 1) rows[at++] = current - recent.mean(i);
    const now = this.#now;
    const then = this.#then;
    this.#seasonal.at(this.#index + horizonWindows, this.#index, then, moment.similarWindows);
    rows[at++] = known(then.last - now.last);
    rows[at++] = known(then.long - now.long);
    rows[at++] = known(then.mean - now.mean);
    // During an event the distance to the usual is the event's, and does not shrink before it ends.
    const isUsual = !this.#isUnusual;
    rows[at++] = isUsual ? known(current - now.last) : 0;
    rows[at++] = isUsual ? known(current - now.long) : 0;
    rows[at++] = isUsual ? known(current - now.mean) : 0;
    rows[at++] = current * relativeChange(now.mean, then.mean);
    rows[at++] = current * relativeChange(now.long, then.long);
    for (let event = 0; event < events; event += 1) {
      const change = (moment.events[event] ?? 0) - (eventsNow[event] ?? 0);
      rows[at++] = current * Math.max(0, change);
      rows[at++] = current * Math.min(0, change);
    }
  }

  snapshot(): Json {
    return {
      index: this.#index,
      similarWindows: this.#similarWindows,
      isUnusual: this.#isUnusual,
      recent: this.#recent.snapshot(),
      seasonal: this.#seasonal.snapshot(),
    };
  }

  restore(reader: SnapshotReader): void {
    const index = reader.field("index").integer();
    const similarWindows = reader.field("similarWindows").count();
    const isUnusual = reader.field("isUnusual").boolean();
    this.#recent.restore(reader.field("recent"));
    this.#seasonal.restore(reader.field("seasonal"));
    this.#index = index;
    this.#similarWindows = similarWindows;
    this.#isUnusual = isUnusual;
    this.#seasonal.at(index, index, this.#now, similarWindows);
  }
}

function known(value: number): number {
  return value === value ? value : 0;
}

function relativeChange(now: number, then: number): number {
  const change = then / now - 1;
  if (change !== change) return 0;
  return Math.min(MAX_RELATIVE_CHANGE, Math.max(MIN_RELATIVE_CHANGE, change));
}
