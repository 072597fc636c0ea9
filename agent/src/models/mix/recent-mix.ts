import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** Calls by place, exponentially discounted by time: the mix of late. */
export class RecentMix {
  readonly #discount: number;
  readonly #calls: Float64Array;

  constructor(places: number, halfLifeWindows: number) {
    this.#discount = 2 ** (-1 / halfLifeWindows);
    this.#calls = new Float64Array(places);
  }

  learn(calls: Float64Array): void {
    for (let place = 0; place < this.#calls.length; place += 1) {
      this.#calls[place] = (this.#calls[place] ?? 0) * this.#discount + (calls[place] ?? 0);
    }
  }

  /** What was counted there belongs to the others from now on. */
  clearPlace(place: number): void {
    moveToOthers(this.#calls, 0, this.#calls.length, place);
  }

  /** Writes the shares from `offset` on; NaN before the first call. */
  writeShares(shares: Float64Array, offset: number): void {
    shares.set(this.#calls, offset);
    normalize(shares, offset, this.#calls.length);
  }

  snapshot(): Json {
    return encodeFloats(this.#calls);
  }

  restore(reader: SnapshotReader): void {
    this.#calls.set(nonNegative(reader, this.#calls.length));
  }
}

/** Divides by the sum; NaN when there is none. */
export function normalize(values: Float64Array, offset: number, length: number): void {
  let sum = 0;
  for (let at = offset; at < offset + length; at += 1) sum += values[at] ?? 0;
  for (let at = offset; at < offset + length; at += 1) {
    values[at] = sum > 0 ? (values[at] ?? 0) / sum : NaN;
  }
}

/** Adds a place to the last one, that of the others, and leaves it at 0. */
export function moveToOthers(
  values: Float64Array,
  offset: number,
  length: number,
  place: number,
): void {
  const others = offset + length - 1;
  values[others] = (values[others] ?? 0) + (values[offset + place] ?? 0);
  values[offset + place] = 0;
}

export function nonNegative(reader: SnapshotReader, length: number): Float64Array {
  const values = reader.float64s(length);
  if (!values.every((value) => value >= 0 && value < Infinity)) {
    reader.refuse("values that are finite and not negative");
  }
  return values;
}
