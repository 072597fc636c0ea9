import type { Json, SnapshotReader } from "../../core/index.js";
import {
  add,
  distributionFrom,
  newDistribution,
  replace,
  scale,
  snapshotOf,
  type Distribution,
} from "../categorical-distribution.js";

/** Where categories past the limit are pooled. No class, type or hash is called so. */
const POOL = "{other}";

/**
 * P(category) of at most `limit` categories, smoothed by Witten and Bell's method C (see
 * `ConditionalCategorical`): with n calls in t categories, t / (n + t) of the probability is for novelty,
 * spread evenly over the known categories and one unknown. Categories past the limit share a pool.
 */
export class BoundedFrequencies {
  readonly #limit: number;
  readonly #distribution: Distribution = newDistribution();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** -log2 P(category); `current` is the weight of one call now. */
  bits(category: string, current: number): number {
    const { cells, total } = this.#distribution;
    const distinct = cells.size;
    if (distinct === 0) return 0;
    const cell = cells.get(category) ?? (distinct >= this.#limit ? cells.get(POOL) : undefined);
    const weight = (cell?.weight ?? 0) / current;
    const novelty = distinct / (distinct + 1);
    return -Math.log2((weight + novelty) / (total / current + distinct));
  }

  learn(category: string, weight: number): void {
    const { cells } = this.#distribution;
    const isPooled = !cells.has(category) && cells.size >= this.#limit;
    add(this.#distribution, isPooled ? POOL : category, weight);
  }

  rescale(factor: number): void {
    scale(this.#distribution, factor);
  }

  snapshot(): Json {
    return snapshotOf(this.#distribution);
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    // The pool has a place of its own.
    replace(this.#distribution, distributionFrom(reader, this.#limit + 1));
  }
}
