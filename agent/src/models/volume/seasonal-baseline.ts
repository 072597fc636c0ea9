import type { RateHistory } from "./rate-history.js";

/** A season older than this many is not looked up: a week of days. */
export const SEASONS_IN_LONG_SEASON = 7;

/** Half of the neighborhood must be known, or an outage would pass for the usual load. */
const MIN_KNOWN_RATIO = 0.5;

/**
 * What the load was at the same time one season ago (a day, say) and, with that much history, seven
 * seasons ago (a week): the mean of the two, each smoothed over its neighborhood, because a single window
 * of one single day is mostly noise.
 */
export class SeasonalBaseline {
  readonly #seasonWindows: number;
  readonly #halfWidthWindows: number;

  constructor(seasonWindows: number, halfWidthWindows: number) {
    this.#seasonWindows = seasonWindows;
    this.#halfWidthWindows = halfWidthWindows;
  }

  /** The usual mean rate of the windows `from`..`to`, known at `origin`; NaN without a season of history. */
  at(history: RateHistory, origin: number, from: number, to: number): number {
    const start = from - this.#halfWidthWindows;
    const end = to + this.#halfWidthWindows;
    // The latest season that lies wholly in the past.
    const seasons = Math.max(1, Math.ceil((end - origin) / this.#seasonWindows));
    const short = this.#lookUp(history, start, end, seasons);
    if (short !== short) return NaN;
    const long = this.#lookUp(
      history,
      start,
      end,
      SEASONS_IN_LONG_SEASON * Math.ceil(seasons / SEASONS_IN_LONG_SEASON),
    );
    return long !== long ? short : (short + long) / 2;
  }

  #lookUp(history: RateHistory, start: number, end: number, seasons: number): number {
    const lag = seasons * this.#seasonWindows;
    return history.mean(start - lag, end - lag, MIN_KNOWN_RATIO);
  }
}
