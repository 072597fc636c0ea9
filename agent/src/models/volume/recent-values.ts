import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** Half-lives of the running means, in steps: from the last minutes to the last hours. */
const HALF_LIVES_STEPS = [2, 5, 10, 20, 40, 80, 160] as const;
export const RUNNING_MEANS = HALF_LIVES_STEPS.length;
/** The last of the running means: the level that a load is measured against. */
const LEVEL = RUNNING_MEANS - 1;

/**
 * The last values of a series without gaps (what was not known is imputed by the caller), and its means
 * over exponentially growing pasts.
 */
export class RecentValues {
  readonly #discounts: Float64Array;
  readonly #ring: Float64Array;
  readonly #means = new Float64Array(RUNNING_MEANS);
  #seen = 0;

  /** `depth` values are kept; `windowsPerStep` values make a step of the half-lives. */
  constructor(depth: number, windowsPerStep: number) {
    this.#ring = new Float64Array(depth);
    this.#discounts = Float64Array.from(
      HALF_LIVES_STEPS,
      (steps) => 2 ** (-1 / (steps * windowsPerStep)),
    );
  }

  append(value: number): void {
    if (this.#seen === 0) {
      // As if it had always been so: all differences begin at 0.
      this.#ring.fill(value);
      this.#means.fill(value);
    }
    this.#ring[this.#seen % this.#ring.length] = value;
    this.#seen += 1;
    for (let i = 0; i < RUNNING_MEANS; i += 1) {
      const discount = this.#discounts[i] ?? 0;
      this.#means[i] = discount * (this.#means[i] ?? 0) + (1 - discount) * value;
    }
  }

  /** The value `lag` values before the last one; `lag` is less than the depth. */
  back(lag: number): number {
    const { length } = this.#ring;
    return this.#ring[(this.#seen - 1 - lag + length * 2) % length] ?? 0;
  }

  mean(index: number): number {
    return this.#means[index] ?? 0;
  }

  get level(): number {
    return this.mean(LEVEL);
  }

  snapshot(): Json {
    return {
      seen: this.#seen,
      ring: encodeFloats(this.#ring),
      means: encodeFloats(this.#means),
    };
  }

  restore(reader: SnapshotReader): void {
    const seen = reader.field("seen").count();
    const ring = reader.field("ring").float64s(this.#ring.length);
    const means = reader.field("means").float64s(RUNNING_MEANS);
    if (!ring.every(Number.isFinite)) reader.field("ring").refuse("finite values");
    if (!means.every(Number.isFinite)) reader.field("means").refuse("finite values");
    this.#seen = seen;
    this.#ring.set(ring);
    this.#means.set(means);
  }
}
