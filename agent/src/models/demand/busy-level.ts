import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import { RateHistory } from "../volume/rate-history.js";

/** The busiest tenth of the last two weeks. */
const BUSY_SHARE = 0.1;
const HISTORY_SECONDS = 14 * 86_400;
/** Four times a day is enough for what moves with the weeks, and sorting costs a millisecond. */
const RENEWAL_SECONDS = 6 * 3600;
/** A day is the least that says what is busy. */
const MIN_HISTORY_SECONDS = 86_400;

/** Above which load the busiest tenth of the time lies; infinite until a day is known. */
export class BusyLevel {
  readonly #stepSeconds: number;
  readonly #history: RateHistory;
  #level = Infinity;

  constructor(stepSeconds: number) {
    this.#stepSeconds = stepSeconds;
    this.#history = new RateHistory(Math.round(HISTORY_SECONDS / stepSeconds));
  }

  /** Calls per second. */
  get level(): number {
    return this.#level;
  }

  /** NaN for a gap. */
  append(index: number, rate: number): void {
    this.#history.append(index, rate);
    if (index % Math.round(RENEWAL_SECONDS / this.#stepSeconds) !== 0) return;
    const { length } = this.#history;
    if (length * this.#stepSeconds < MIN_HISTORY_SECONDS) return;
    const known: number[] = [];
    for (let at = index - length + 1; at <= index; at += 1) {
      const value = this.#history.at(at);
      if (value === value) known.push(value);
    }
    const sorted = Float64Array.from(known).sort();
    this.#level = sorted[Math.floor((1 - BUSY_SHARE) * (sorted.length - 1))] ?? Infinity;
  }

  snapshot(): Json {
    return {
      level: this.#level === Infinity ? null : this.#level,
      history: this.#history.snapshot(),
    };
  }

  restore(reader: SnapshotReader): void {
    const level = reader.field("level");
    const restored = level.isNull ? Infinity : level.nonNegative();
    this.#history.restore(reader.field("history"));
    this.#level = restored;
  }
}
