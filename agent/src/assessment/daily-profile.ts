import type { Json, SnapshotReader } from "../core/index.js";

const SECONDS_PER_DAY = 86_400;
/** Half an hour each: a rhythm of the day changes little within one, and calls are many. */
const BINS = 48;
const BIN_SECONDS = SECONDS_PER_DAY / BINS;
/** Fewer windows than this tell little of what is usual at a time of day. */
const MINIMUM_WINDOWS = 10;
/** A visit has at least this part in what is known: the memory of a bin is about three days long. */
const LEAST_VISIT_WEIGHT = 1 / 3;

/**
 * What is usual by time of day: the mean of a value in each half hour of the day (UTC), over the last days.
 * A visit of a half hour is taken in when it is over, so that what happens now is never compared with itself.
 * Between the middles of the half hours the value is interpolated: their borders are no steps.
 */
export class DailyProfile {
  readonly #means = new Float64Array(BINS);
  /** Days on which each half hour has been visited. */
  readonly #visits = new Uint32Array(BINS);
  /** The visit under way: number of its half hour since the epoch, windows and sum. */
  #current = 0;
  #windows = 0;
  #sum = 0;

  /** Undefined where no earlier day says what is usual at this time. */
  at(seconds: number): number | undefined {
    const place = seconds / BIN_SECONDS - 0.5;
    const before = Math.floor(place);
    const [first, second] = [binOf(before), binOf(before + 1)];
    if (this.#visits[first] === 0 || this.#visits[second] === 0) return undefined;
    const [left, right] = [this.#means[first] ?? 0, this.#means[second] ?? 0];
    return left + (place - before) * (right - left);
  }

  /** A value of the window that began at `seconds` since the epoch; windows in the order of time. */
  learn(seconds: number, value: number): void {
    const halfHour = Math.floor(seconds / BIN_SECONDS);
    if (halfHour !== this.#current) this.#endVisit(halfHour);
    this.#windows += 1;
    this.#sum += value;
  }

  snapshot(): Json {
    return {
      means: [...this.#means],
      visits: [...this.#visits],
      current: this.#current,
      windows: this.#windows,
      sum: this.#sum,
    };
  }

  restore(snapshot: SnapshotReader): void {
    this.#means.set(
      snapshot
        .field("means")
        .tuple(BINS)
        .map((mean) => mean.number()),
    );
    this.#visits.set(
      snapshot
        .field("visits")
        .tuple(BINS)
        .map((visits) => visits.count()),
    );
    this.#current = snapshot.field("current").count();
    this.#windows = snapshot.field("windows").count();
    this.#sum = snapshot.field("sum").number();
  }

  #endVisit(next: number): void {
    if (this.#windows >= MINIMUM_WINDOWS) {
      const bin = binOf(this.#current);
      const visits = (this.#visits[bin] ?? 0) + 1;
      const mean = this.#means[bin] ?? 0;
      const weight = Math.max(1 / visits, LEAST_VISIT_WEIGHT);
      this.#means[bin] = mean + weight * (this.#sum / this.#windows - mean);
      this.#visits[bin] = visits;
    }
    this.#current = next;
    this.#windows = 0;
    this.#sum = 0;
  }
}

/** Place in the day of a half hour counted since the epoch. */
function binOf(halfHour: number): number {
  return ((halfHour % BINS) + BINS) % BINS;
}
