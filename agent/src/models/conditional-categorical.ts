import type { Json } from "../core/index.js";
import {
  add,
  distributionFrom,
  newDistribution,
  replace,
  scale,
  snapshotOf,
  type Cell,
  type Distribution,
} from "./categorical-distribution.js";
import { ForgettingWeight } from "./forgetting-weight.js";
import type { SnapshotReader } from "../core/snapshot-reader.js";

/** Where categories past the limit are pooled. */
export const OTHER_CATEGORY = "{other}";

/**
 * A category that weighs less than this many calls by now is given up when its place is needed: less
 * than one call that is one half-life old.
 */
const RARE_CALLS = 0.5;

export interface ConditionalCategoricalOptions {
  /** Seconds of event time after which something learned counts half. */
  readonly halfLifeSeconds: number;
  /** Past this many categories, new ones are pooled as {@link OTHER_CATEGORY}. */
  readonly maxCategories: number;
  /** Past this many pairs of a context and a category, new ones count only without their context. */
  readonly maxPairs: number;
}

/**
 * P(category | context) with forgetting, smoothed by Witten and Bell's method C, interpolated: a context
 * in which n calls fell into t distinct categories gives t / (n + t) of its probability to the
 * distribution without context, and that one in turn t / (n + t) of its own to the uniform distribution
 * over all known categories and one unknown. So nothing has probability 0, and a context that was often
 * surprised expects surprises. Sources: Witten and Bell, "The Zero-Frequency Problem", IEEE Transactions
 * on Information Theory 37(4), 1991; the interpolated form: Chen and Goodman, "An Empirical Study of
 * Smoothing Techniques for Language Modeling", 1998, section 2.4.
 *
 * Example: "a" learned three times and "b" once in one context leave P(a) = (3 + 2 u) / 6 there, with
 * u = (3 + 2/3) / 6 its probability without context.
 */
export class ConditionalCategorical {
  readonly #options: ConditionalCategoricalOptions;
  readonly #weight: ForgettingWeight;
  readonly #overall: Distribution = newDistribution();
  readonly #contexts = new Map<string, Distribution>();
  #pairs = 0;
  #learnedSinceCategorySweep = 0;
  #learnedSincePairSweep = 0;
  #pooledCalls = 0;
  #contextlessCalls = 0;

  /** Throws a RangeError when a limit is below 1 or the half-life is not positive. */
  constructor(options: ConditionalCategoricalOptions) {
    if (!(options.maxCategories >= 1) || !(options.maxPairs >= 1)) {
      throw new RangeError("maxCategories and maxPairs must be at least 1");
    }
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
    // No sweep is due before the first limit is reached, and one may happen right then.
    this.#learnedSinceCategorySweep = options.maxCategories;
    this.#learnedSincePairSweep = options.maxPairs;
  }

  get categories(): number {
    return this.#overall.cells.size;
  }

  get pairs(): number {
    return this.#pairs;
  }

  /** Calls that were learned as {@link OTHER_CATEGORY} because there were too many categories. */
  get pooledCalls(): number {
    return this.#pooledCalls;
  }

  /** Calls that were learned without their context because there were too many pairs. */
  get contextlessCalls(): number {
    return this.#contextlessCalls;
  }

  /** P(category | context), or P(category) when the context is undefined or unknown. */
  probability(context: string | undefined, category: string): number {
    const known = this.#resolve(category);
    const backoff = this.#overallProbability(known);
    if (context === undefined) return backoff;
    const distribution = this.#contexts.get(context);
    if (distribution === undefined) return backoff;
    return this.#interpolate(distribution, known, backoff);
  }

  /** -log2 P(category | context), in bits. */
  bits(context: string | undefined, category: string): number {
    return -Math.log2(this.probability(context, category));
  }

  learn(context: string | undefined, category: string, timeSeconds: number): void {
    const weight = this.#weight.at(timeSeconds, this.#rescale);
    const known = this.#admit(category);
    this.#learnedSinceCategorySweep += 1;
    this.#learnedSincePairSweep += 1;
    add(this.#overall, known, weight);
    if (context !== undefined) this.#learnPair(context, known, weight);
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learnedSinceCategorySweep: this.#learnedSinceCategorySweep,
      learnedSincePairSweep: this.#learnedSincePairSweep,
      pooledCalls: this.#pooledCalls,
      contextlessCalls: this.#contextlessCalls,
      overall: snapshotOf(this.#overall),
      contexts: [...this.#contexts].map(([context, distribution]) => [
        context,
        snapshotOf(distribution),
      ]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const { maxCategories, maxPairs } = this.#options;
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const categorySweep = reader.field("learnedSinceCategorySweep").count();
    const pairSweep = reader.field("learnedSincePairSweep").count();
    const pooledCalls = reader.field("pooledCalls").count();
    const contextlessCalls = reader.field("contextlessCalls").count();
    // One more than the limit: the pool has a place of its own.
    const overall = distributionFrom(reader.field("overall"), maxCategories + 1);
    const contexts = new Map<string, Distribution>();
    let pairs = 0;
    for (const item of reader.field("contexts").items(maxPairs)) {
      const [context, cells] = item.tuple(2);
      const distribution = distributionFrom(cells ?? item, maxPairs - pairs);
      contexts.set((context ?? item).string(), distribution);
      pairs += distribution.cells.size;
    }
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learnedSinceCategorySweep = categorySweep;
    this.#learnedSincePairSweep = pairSweep;
    this.#pooledCalls = pooledCalls;
    this.#contextlessCalls = contextlessCalls;
    replace(this.#overall, overall);
    this.#contexts.clear();
    for (const [context, distribution] of contexts) this.#contexts.set(context, distribution);
    this.#pairs = pairs;
  }

  #overallProbability(category: string): number {
    const uniform = 1 / (this.#overall.cells.size + 1);
    return this.#overall.total === 0
      ? uniform
      : this.#interpolate(this.#overall, category, uniform);
  }

  #interpolate(distribution: Distribution, category: string, backoff: number): number {
    const cell = distribution.cells.get(category);
    const novelty = distribution.cells.size * this.#weight.current;
    return ((cell?.weight ?? 0) + novelty * backoff) / (distribution.total + novelty);
  }

  /** Once the vocabulary is full, an unknown category is one of the others. */
  #resolve(category: string): string {
    return this.#overall.cells.has(category) || !this.#isFull() ? category : OTHER_CATEGORY;
  }

  #admit(category: string): string {
    if (this.#overall.cells.has(category) || !this.#isFull()) return category;
    // A sweep looks at every category, so it may happen only once in as many calls.
    if (this.#learnedSinceCategorySweep >= this.#options.maxCategories) {
      this.#learnedSinceCategorySweep = 0;
      this.#poolRareCategories();
      if (!this.#isFull()) return category;
    }
    this.#pooledCalls += 1;
    return OTHER_CATEGORY;
  }

  /** The pool has a place of its own. */
  #isFull(): boolean {
    const { cells } = this.#overall;
    return cells.size - (cells.has(OTHER_CATEGORY) ? 1 : 0) >= this.#options.maxCategories;
  }

  #poolRareCategories(): void {
    const rare = RARE_CALLS * this.#weight.current;
    const pooled = new Set<string>();
    let pooledWeight = 0;
    for (const [category, cell] of this.#overall.cells) {
      if (cell.weight >= rare || category === OTHER_CATEGORY) continue;
      pooledWeight += cell.weight;
      pooled.add(category);
      this.#overall.cells.delete(category);
    }
    if (pooled.size === 0) return;
    this.#overall.total -= pooledWeight;
    add(this.#overall, OTHER_CATEGORY, pooledWeight);
    for (const distribution of this.#contexts.values())
      this.#dropCells(distribution, (category) => pooled.has(category));
    this.#dropEmptyContexts();
  }

  #learnPair(context: string, category: string, weight: number): void {
    let distribution = this.#contexts.get(context);
    if (distribution?.cells.has(category) !== true && !this.#makeRoomForPair()) {
      this.#contextlessCalls += 1;
      return;
    }
    // A sweep may have taken the context away.
    distribution = this.#contexts.get(context);
    if (distribution === undefined) {
      distribution = newDistribution();
      this.#contexts.set(context, distribution);
    }
    const before = distribution.cells.size;
    add(distribution, category, weight);
    this.#pairs += distribution.cells.size - before;
  }

  #makeRoomForPair(): boolean {
    if (this.#pairs < this.#options.maxPairs) return true;
    if (this.#learnedSincePairSweep < this.#options.maxPairs) return false;
    this.#learnedSincePairSweep = 0;
    const rare = RARE_CALLS * this.#weight.current;
    for (const distribution of this.#contexts.values()) {
      this.#dropCells(distribution, (_category, cell) => cell.weight < rare);
    }
    this.#dropEmptyContexts();
    return this.#pairs < this.#options.maxPairs;
  }

  #dropCells(distribution: Distribution, drop: (category: string, cell: Cell) => boolean): void {
    for (const [category, cell] of distribution.cells) {
      if (!drop(category, cell)) continue;
      distribution.cells.delete(category);
      distribution.total = Math.max(0, distribution.total - cell.weight);
      this.#pairs -= 1;
    }
  }

  #dropEmptyContexts(): void {
    for (const [context, distribution] of this.#contexts) {
      if (distribution.cells.size === 0) this.#contexts.delete(context);
    }
  }

  readonly #rescale = (factor: number): void => {
    scale(this.#overall, factor);
    for (const distribution of this.#contexts.values()) {
      const before = distribution.cells.size;
      scale(distribution, factor);
      this.#pairs -= before - distribution.cells.size;
    }
    this.#dropEmptyContexts();
  };
}
