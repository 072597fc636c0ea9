import type { HeldBackSurprise, Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";

/** After this many calls a surprise counts half: some minutes of a busy segment. */
const HALF_LIFE_CALLS = 200;
const KEPT = 2 ** (-1 / HALF_LIFE_CALLS);
/** Of equal weights that give a mean of the same variance there would be (1 + k) / (1 - k). */
const EFFECTIVE_CALLS = (1 + KEPT) / (1 - KEPT);
/** A reference of no spread (every call certain) would make a trifle infinite: a tenth of a bit. */
const LEAST_DEVIATION_BITS = 0.1;

/** How surprising calls are of late, beside sequences that were held back from training. */
export interface SurpriseDrift {
  readonly recentBits: number;
  readonly referenceBits: number;
  /** Their difference, in standard errors of the recent mean if calls were independent. */
  readonly standardErrors: number;
}

/** An exponentially weighted mean of recent surprises against a fixed reference. */
export class RecentSurprise {
  #weight = 0;
  #sum = 0;

  add(bits: number): void {
    this.#weight = KEPT * this.#weight + (1 - KEPT);
    this.#sum = KEPT * this.#sum + (1 - KEPT) * bits;
  }

  /** Undefined until a half-life of calls has come: before, the mean is that of a few calls. */
  against({ bits, deviation }: HeldBackSurprise): SurpriseDrift | undefined {
    if (this.#weight < 0.5) return undefined;
    const recentBits = this.#sum / this.#weight;
    const standardError =
      Math.max(LEAST_DEVIATION_BITS, deviation) / Math.sqrt(this.#weight * EFFECTIVE_CALLS);
    return {
      recentBits,
      referenceBits: bits,
      standardErrors: (recentBits - bits) / standardError,
    };
  }

  clear(): void {
    this.#weight = 0;
    this.#sum = 0;
  }

  snapshot(): Json {
    return [this.#weight, this.#sum];
  }

  restore(reader: SnapshotReader): void {
    const [weight, sum] = reader.tuple(2);
    const restoredWeight = (weight ?? reader).nonNegative();
    this.#sum = (sum ?? reader).nonNegative();
    this.#weight = restoredWeight;
  }
}
