import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import { SmoothedHistory } from "./smoothed-history.js";

/** Seasons in the long season: days in a week. */
const SEASONS_IN_LONG_SEASON = 7;

/** What the load was around the same time of earlier seasons; NaN where nothing is known. */
export interface SeasonalLevels {
  /** One season ago, or the last season known. */
  last: number;
  /** One long season ago. */
  long: number;
  /** The mean of up to seven seasons. */
  mean: number;
}

/** Looks up earlier seasons (days, say), smoothed over a neighborhood, in a history of a week. */
export class SeasonalLookup {
  readonly #seasonWindows: number;
  readonly #history: SmoothedHistory;

  /** Horizons beyond `maxAheadWindows` are not asked for. */
  constructor(seasonWindows: number, halfWidthWindows: number, maxAheadWindows: number) {
    this.#seasonWindows = seasonWindows;
    const capacity =
      SEASONS_IN_LONG_SEASON * seasonWindows + 2 * halfWidthWindows + maxAheadWindows + 2;
    this.#history = new SmoothedHistory(capacity, halfWidthWindows);
  }

  /** NaN is unknown; what says nothing of other seasons should be, too. */
  append(index: number, value: number): void {
    this.#history.append(index, value);
  }

  /**
   * The levels at the time of window `index`, as known at `origin`. A day that resembles the one
   * `similarWindows` ago more than it does those before it has that day's levels, where they are known.
   */
  at(index: number, origin: number, into: SeasonalLevels, similarWindows: number): void {
    const season = this.#seasonWindows;
    const similar = similarWindows > 0 ? this.#history.around(index - similarWindows) : NaN;
    if (similar === similar) {
      into.last = similar;
      into.long = similar;
      into.mean = similar;
      return;
    }
    // The latest season whose neighborhood lies wholly in the past.
    const ahead = index + this.#history.halfWidth - origin;
    const first = Math.max(1, Math.ceil(ahead / season));
    let sum = 0;
    let known = 0;
    into.last = NaN;
    into.long = NaN;
    for (let seasons = first; seasons <= SEASONS_IN_LONG_SEASON; seasons += 1) {
      const value = this.#history.around(index - seasons * season);
      if (value !== value) continue;
      if (known === 0) into.last = value;
      if (seasons === SEASONS_IN_LONG_SEASON) into.long = value;
      sum += value;
      known += 1;
    }
    into.mean = known > 0 ? sum / known : NaN;
  }

  snapshot(): Json {
    return this.#history.snapshot();
  }

  restore(reader: SnapshotReader): void {
    this.#history.restore(reader);
  }
}
