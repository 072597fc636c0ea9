import type { Json, SnapshotReader } from "../core/index.js";

/** Shares below this are dropped, so that names which are not seen any more disappear. */
const NEGLIGIBLE_SHARE = 1e-6;

/**
 * Shares of names, a little forgotten at each update. What is old is not made smaller; instead what is
 * new counts more and more, and now and then all is brought back to scale.
 */
export class DecayingMix {
  readonly #weights = new Map<string, number>();
  /** Weight of a share of 1. */
  #scale = 1;

  /** Relative weights, which need not add up to 1. */
  get weights(): ReadonlyMap<string, number> {
    return this.#weights;
  }

  share(name: string): number {
    return (this.#weights.get(name) ?? 0) / this.#scale;
  }

  /** Blends in the counts of one window. `weight`: their part in the new shares, in (0, 1]. */
  blend(counts: ReadonlyMap<string, number>, weight: number): void {
    let total = 0;
    for (const count of counts.values()) total += count;
    if (total === 0) return;
    if (weight >= 1) this.#weights.clear();
    else this.#scale /= 1 - weight;
    if (this.#scale > 1 / NEGLIGIBLE_SHARE) this.#rescale();
    const unit = (weight * this.#scale) / total;
    for (const [name, count] of counts) {
      this.#weights.set(name, (this.#weights.get(name) ?? 0) + unit * count);
    }
  }

  snapshot(): Json {
    this.#rescale();
    return Object.fromEntries(this.#weights);
  }

  restore(snapshot: SnapshotReader): void {
    this.#weights.clear();
    this.#scale = 1;
    for (const [name, share] of snapshot.entries()) this.#weights.set(name, share.nonNegative());
  }

  #rescale(): void {
    for (const [name, weight] of this.#weights) {
      const share = weight / this.#scale;
      if (share < NEGLIGIBLE_SHARE) this.#weights.delete(name);
      else this.#weights.set(name, share);
    }
    this.#scale = 1;
  }
}
