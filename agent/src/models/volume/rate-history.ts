import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/**
 * The rate of each of the last windows, calls per second, in a ring; NaN where there was none. Windows
 * are numbered by their start, counted in windows since the Unix epoch, so that gaps keep their place.
 */
export class RateHistory {
  readonly #rates: Float32Array;
  #firstIndex: number | undefined;
  #lastIndex: number | undefined;

  constructor(capacityWindows: number) {
    this.#rates = new Float32Array(capacityWindows).fill(NaN);
  }

  get firstIndex(): number | undefined {
    return this.#firstIndex;
  }

  get lastIndex(): number | undefined {
    return this.#lastIndex;
  }

  /** Windows from the first that is kept to the last, gaps included. */
  get length(): number {
    if (this.#firstIndex === undefined || this.#lastIndex === undefined) return 0;
    return Math.min(this.#rates.length, this.#lastIndex - this.#firstIndex + 1);
  }

  /** NaN for a gap. The windows that were left out since the last one become gaps. */
  append(index: number, callsPerSecond: number): void {
    const last = this.#lastIndex;
    this.#firstIndex ??= index;
    if (last !== undefined) {
      const gapStart = Math.max(last + 1, index - this.#rates.length);
      for (let gap = gapStart; gap < index; gap += 1) this.#rates[this.#slot(gap)] = NaN;
    }
    this.#rates[this.#slot(index)] = callsPerSecond;
    this.#lastIndex = index;
  }

  /** NaN for a gap, for what is too old, and for what is still to come. */
  at(index: number): number {
    const last = this.#lastIndex;
    if (last === undefined || index > last || index <= last - this.#rates.length) return NaN;
    return this.#rates[this.#slot(index)] ?? NaN;
  }

  /**
   * The mean of the known rates of the windows `from`..`to`, both included; NaN when less than
   * `minKnownRatio` of them are known.
   */
  mean(from: number, to: number, minKnownRatio: number): number {
    let sum = 0;
    let known = 0;
    for (let index = from; index <= to; index += 1) {
      const rate = this.at(index);
      if (rate !== rate) continue; // NaN; Number.isNaN costs a call here, millions of times.
      sum += rate;
      known += 1;
    }
    return known > 0 && known >= minKnownRatio * (to - from + 1) ? sum / known : NaN;
  }

  snapshot(): Json {
    const { length } = this;
    const kept = new Float32Array(length);
    const start = (this.#lastIndex ?? 0) - length + 1;
    for (let i = 0; i < length; i += 1) kept[i] = this.at(start + i);
    return {
      firstIndex: this.#firstIndex ?? null,
      lastIndex: this.#lastIndex ?? null,
      rates: encodeFloats(kept),
    };
  }

  restore(reader: SnapshotReader): void {
    const first = reader.field("firstIndex");
    const last = reader.field("lastIndex");
    if (first.isNull || last.isNull) {
      if (first.isNull !== last.isNull) last.refuse("null together with firstIndex");
      this.#rates.fill(NaN);
      this.#firstIndex = undefined;
      this.#lastIndex = undefined;
      return;
    }
    const firstIndex = first.integer();
    const lastIndex = last.integer();
    if (lastIndex < firstIndex) last.refuse("at least firstIndex");
    const length = Math.min(this.#rates.length, lastIndex - firstIndex + 1);
    const rates = reader.field("rates").float32s(length);
    for (const rate of rates) {
      if (rate < 0 || rate === Infinity)
        reader.field("rates").refuse("rates that are not negative");
    }
    this.#rates.fill(NaN);
    this.#firstIndex = firstIndex;
    this.#lastIndex = lastIndex;
    rates.forEach((rate, i) => {
      this.#rates[this.#slot(lastIndex - length + 1 + i)] = rate;
    });
  }

  #slot(index: number): number {
    const { length } = this.#rates;
    return ((index % length) + length) % length;
  }
}
