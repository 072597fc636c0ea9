import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { moveToOthers, nonNegative, normalize } from "./recent-mix.js";

/** Parts of a season; of a day, five minutes each. */
const BUCKETS = 288;
/** With each season what was counted at this time of it counts half. */
const SEASON_DISCOUNT = 0.5;
/** Fewer calls than this at that time of the season, discounted, say nothing of a mix. */
const LEAST_CALLS = 10;

/**
 * The mix at the same time of the seasons before (days, say): calls by place for each part of a season,
 * those of the last season counting half of all. A part is looked up with half of each of its neighbors.
 * What of the present season is past already is counted too.
 */
export class SeasonalMix {
  readonly #places: number;
  readonly #bucketSeconds: number;
  /** A row of places for each bucket. */
  readonly #calls: Float64Array;
  #bucket = -1;

  constructor(places: number, seasonSeconds: number) {
    this.#places = places;
    this.#bucketSeconds = seasonSeconds / BUCKETS;
    this.#calls = new Float64Array(BUCKETS * places);
  }

  learn(seconds: number, calls: Float64Array): void {
    const bucket = this.#bucketAt(seconds);
    const row = bucket * this.#places;
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      for (let place = 0; place < this.#places; place += 1) {
        this.#calls[row + place] = (this.#calls[row + place] ?? 0) * SEASON_DISCOUNT;
      }
    }
    for (let place = 0; place < this.#places; place += 1) {
      this.#calls[row + place] = (this.#calls[row + place] ?? 0) + (calls[place] ?? 0);
    }
  }

  clearPlace(place: number): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      moveToOthers(this.#calls, bucket * this.#places, this.#places, place);
    }
  }

  /** Writes the shares at this time from `offset` on; NaN when too little was seen at it. */
  writeShares(seconds: number, shares: Float64Array, offset: number): void {
    const bucket = this.#bucketAt(seconds);
    const at = bucket * this.#places;
    const before = ((bucket + BUCKETS - 1) % BUCKETS) * this.#places;
    const after = ((bucket + 1) % BUCKETS) * this.#places;
    let seen = 0;
    for (let place = 0; place < this.#places; place += 1) {
      const calls = this.#calls[at + place] ?? 0;
      const beside = (this.#calls[before + place] ?? 0) + (this.#calls[after + place] ?? 0);
      seen += calls;
      shares[offset + place] = calls + beside / 2;
    }
    if (seen < LEAST_CALLS) shares.fill(NaN, offset, offset + this.#places);
    else normalize(shares, offset, this.#places);
  }

  snapshot(): Json {
    return { bucket: this.#bucket, calls: encodeFloats(this.#calls) };
  }

  restore(reader: SnapshotReader): void {
    const bucket = reader.field("bucket").integer();
    if (bucket < -1 || bucket >= BUCKETS) reader.field("bucket").refuse("a part of a season");
    this.#calls.set(nonNegative(reader.field("calls"), this.#calls.length));
    this.#bucket = bucket;
  }

  #bucketAt(seconds: number): number {
    const bucket = Math.floor(seconds / this.#bucketSeconds) % BUCKETS;
    return bucket < 0 ? bucket + BUCKETS : bucket;
  }
}
