import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import { RateHistory } from "./rate-history.js";

/** Less than this share of a neighborhood known, and it is not known. */
const MIN_KNOWN_RATIO = 0.5;

/**
 * The last values of a series together with their means over a centered neighborhood, each looked up in
 * constant time; gaps are NaN and count for nothing. Values are kept as 32-bit floats.
 */
export class SmoothedHistory {
  readonly #values: RateHistory;
  readonly #smoothed: RateHistory;
  /** Values on each side of a neighborhood's middle. */
  readonly halfWidth: number;

  constructor(capacity: number, halfWidth: number) {
    this.halfWidth = halfWidth;
    this.#values = new RateHistory(capacity);
    this.#smoothed = new RateHistory(capacity);
  }

  append(index: number, value: number): void {
    this.#values.append(index, value);
    this.#smooth(index);
  }

  /** The mean around `index`; NaN where it is unknown, too old, or not over yet. */
  around(index: number): number {
    return this.#smoothed.at(index + this.halfWidth);
  }

  snapshot(): Json {
    return this.#values.snapshot();
  }

  restore(reader: SnapshotReader): void {
    this.#values.restore(reader);
    const last = this.#values.lastIndex;
    if (last === undefined) return;
    // Means are derived again from the same values in the same order, so they are the same. Those at
    // the old end lack values that are forgotten by now, and are never asked for.
    for (let index = last - this.#values.length + 1; index <= last; index += 1) this.#smooth(index);
  }

  #smooth(index: number): void {
    const from = index - 2 * this.halfWidth;
    this.#smoothed.append(index, this.#values.mean(from, index, MIN_KNOWN_RATIO));
  }
}
