import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/** Lengths up to this are told apart; longer ones by the quarter octave (19%). */
const EXACT_LENGTHS = 16;
const BUCKETS_PER_OCTAVE = 4;
/** Up to 16 * 2^12 = 65,536 characters; what is longer is the same. */
const BUCKETS = EXACT_LENGTHS + 12 * BUCKETS_PER_OCTAVE;
/** Weights of the neighbors at distance 0, 1 and 2: a length near a known one is little news. */
const KERNEL = [0.7, 0.1, 0.05];
/** The share of novelty that may be of any length; the rest of it follows the spread of lengths. */
const UNIFORM_SHARE = 0.05;
/** In buckets: lengths that never varied may vary by one. */
const LEAST_DEVIATION = 0.7;

/**
 * P(length) of an argument, with forgetting: a histogram over 64 buckets, smoothed by its neighbors, and
 * with Witten and Bell's share t / (n + t) of novelty (see `ConditionalCategorical`) for a normal
 * distribution of the bucket, so that a length far from all others is more of a surprise than one near.
 */
export class LengthDistribution {
  readonly #buckets = new Float64Array(BUCKETS);
  #total = 0;
  #sum = 0;
  #squares = 0;
  #distinct = 0;

  /** -log2 P(length); `current` is the weight of one call now. 0 before anything was learned. */
  bits(length: number, current: number): number {
    if (!(this.#total > 0)) return 0;
    const bucket = bucketOf(length);
    let near = 0;
    for (let distance = 1 - KERNEL.length; distance < KERNEL.length; distance += 1) {
      const share = KERNEL[Math.abs(distance)] ?? 0;
      near += share * (this.#buckets[bucket + distance] ?? 0);
    }
    const novelty = this.#distinct / (this.#total / current + this.#distinct);
    const mean = this.#sum / this.#total;
    const variance = Math.max(
      this.#squares / this.#total - mean * mean,
      LEAST_DEVIATION * LEAST_DEVIATION,
    );
    const normal =
      Math.exp((-0.5 * (bucket - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance);
    const novel = UNIFORM_SHARE / BUCKETS + (1 - UNIFORM_SHARE) * normal;
    return -Math.log2(((1 - novelty) * near) / this.#total + novelty * Math.min(1, novel));
  }

  learn(length: number, weight: number): void {
    const bucket = bucketOf(length);
    const before = this.#buckets[bucket] ?? 0;
    if (before === 0 && weight > 0) this.#distinct += 1;
    this.#buckets[bucket] = before + weight;
    this.#total += weight;
    this.#sum += weight * bucket;
    this.#squares += weight * bucket * bucket;
  }

  /** Sums are taken anew, so that rounding does not add up. */
  rescale(factor: number): void {
    this.#total = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#distinct = 0;
    this.#buckets.forEach((weight, bucket) => {
      this.#buckets[bucket] = 0;
      if (weight * factor > 0) {
        this.#restoreBucket(bucket, weight * factor);
      }
    });
  }

  snapshot(): Json {
    return encodeFloats(Float64Array.of(this.#total, this.#sum, this.#squares, ...this.#buckets));
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const values = reader.float64s(BUCKETS + 3);
    if (!values.every((value) => value >= 0 && value < Infinity)) reader.refuse("weights");
    this.#buckets.set(values.subarray(3));
    this.#distinct = this.#buckets.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    [this.#total, this.#sum, this.#squares] = [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
  }

  #restoreBucket(bucket: number, weight: number): void {
    this.#buckets[bucket] = weight;
    this.#total += weight;
    this.#sum += weight * bucket;
    this.#squares += weight * bucket * bucket;
    this.#distinct += 1;
  }
}

function bucketOf(length: number): number {
  if (!(length >= EXACT_LENGTHS)) return Math.max(0, Math.floor(length) || 0);
  const above = Math.floor(BUCKETS_PER_OCTAVE * Math.log2(length / EXACT_LENGTHS));
  return Math.min(BUCKETS - 1, EXACT_LENGTHS + above);
}
