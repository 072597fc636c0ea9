import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";
import { add, newDistribution, scale, type Distribution } from "../categorical-distribution.js";

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

  /** Categories with a weight of their own, and the pool. */
  get size(): number {
    return this.#distribution.cells.size;
  }

  /** The share of weight that lies in the pool; 0 before anything was learned. */
  get pooledShare(): number {
    const { cells, total } = this.#distribution;
    return total > 0 ? (cells.get(POOL)?.weight ?? 0) / total : 0;
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

  /** `isClosed`: no further category gets a weight of its own. Answers whether one did. */
  learn(category: string, weight: number, isClosed = false): boolean {
    const { cells } = this.#distribution;
    const cell = cells.get(category);
    if (cell !== undefined) {
      cell.weight += weight;
      this.#distribution.total += weight;
      return false;
    }
    const isPooled = isClosed || cells.size >= this.#limit;
    add(this.#distribution, isPooled ? POOL : category, weight);
    return !isPooled;
  }

  rescale(factor: number): void {
    scale(this.#distribution, factor);
  }

  snapshot(): Json {
    const { total, cells } = this.#distribution;
    const weights = new Float64Array(cells.size);
    let at = 0;
    for (const cell of cells.values()) weights[at++] = cell.weight;
    return [total, [...cells.keys()], encodeFloats(weights)];
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const [total = reader, categories = reader, weights = reader] = reader.tuple(3);
    // The pool has a place of its own.
    const names = categories.items(this.#limit + 1).map((item) => item.string());
    const values = weights.float64s(names.length);
    if (!values.every((weight) => weight >= 0 && weight < Infinity)) weights.refuse("weights");
    this.#distribution.total = total.nonNegative();
    this.#distribution.cells.clear();
    names.forEach((name, at) => {
      this.#distribution.cells.set(name, { weight: values[at] ?? 0 });
    });
  }
}
