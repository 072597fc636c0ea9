import type { Json } from "../core/index.js";
import { ForgettingWeight } from "./forgetting-weight.js";
import type { SnapshotReader } from "../core/snapshot-reader.js";

/**
 * Residuals are cut off here: eight standard deviations say "nothing like before" as well as eighty
 * would, and one outlier must not outweigh all other evidence.
 */
const RESIDUAL_LIMIT = 8;

/** A context speaks for itself from this many calls on; with fewer, all calls together do. */
const MIN_CONTEXT_CALLS = 30;

/** Below this many calls there is no spread to speak of. */
const MIN_CALLS = 2;

/** The share of a flat background in the density, so that one outlier costs about 12 bits at most. */
const BACKGROUND_SHARE = 0.01;

export interface ConditionalGaussianOptions {
  /** Seconds of event time after which something learned counts half. */
  readonly halfLifeSeconds: number;
  /** Past this many contexts, new ones count only without their context. */
  readonly maxContexts: number;
  /**
   * The standard deviation is taken to be at least this, in the unit of the values: a value that never
   * varied would otherwise make the smallest difference infinitely surprising.
   */
  readonly deviationFloor: number;
  /** The width of the range that values come from, for the flat background of the density. */
  readonly valueRange: number;
}

interface Moments {
  weight: number;
  mean: number;
  /** Weighted sum of squared differences from the mean. */
  squares: number;
}

/**
 * A normal distribution of a value in each context, with forgetting. Mean and variance are updated by
 * West's weighted algorithm ("Updating Mean and Variance Estimates: An Improved Method", CACM 22(9),
 * 1979); a new value is judged by the predictive spread, the variance times 1 + 1/n. Values are expected
 * to be logarithms of sizes or times, which are close to normal.
 */
export class ConditionalGaussian {
  readonly #options: ConditionalGaussianOptions;
  readonly #weight: ForgettingWeight;
  readonly #overall: Moments = newMoments();
  readonly #contexts = new Map<string, Moments>();
  #learnedSinceSweep = 0;
  #contextlessCalls = 0;

  /** Throws a RangeError when an option is not positive. */
  constructor(options: ConditionalGaussianOptions) {
    if (!(options.maxContexts >= 1 && options.deviationFloor > 0 && options.valueRange > 0)) {
      throw new RangeError("maxContexts, deviationFloor and valueRange must be positive");
    }
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
  }

  get contexts(): number {
    return this.#contexts.size;
  }

  /** Calls that were learned without their context because there were too many contexts. */
  get contextlessCalls(): number {
    return this.#contextlessCalls;
  }

  /** Standard deviations from the mean, within +-8; NaN when too little was learned. */
  residual(context: string, value: number): number {
    const moments = this.#momentsOf(context);
    if (moments === undefined) return NaN;
    const residual = (value - moments.mean) / this.#predictiveDeviation(moments);
    return Math.min(RESIDUAL_LIMIT, Math.max(-RESIDUAL_LIMIT, residual));
  }

  /** -log2 of the density at this value, in bits; NaN when too little was learned. */
  bits(context: string, value: number): number {
    const moments = this.#momentsOf(context);
    if (moments === undefined) return NaN;
    const deviation = this.#predictiveDeviation(moments);
    const residual = (value - moments.mean) / deviation;
    const normal = Math.exp(-0.5 * residual * residual) / (deviation * Math.sqrt(2 * Math.PI));
    const background = BACKGROUND_SHARE / this.#options.valueRange;
    return -Math.log2((1 - BACKGROUND_SHARE) * normal + background);
  }

  /**
   * Mean of exp(value), by that of the log-normal distribution, exp(mean + variance / 2); NaN when too
   * little was learned.
   */
  meanOfExponential(context: string): number {
    const moments = this.#momentsOf(context);
    if (moments === undefined) return NaN;
    return Math.exp(moments.mean + moments.squares / moments.weight / 2);
  }

  learn(context: string, value: number, timeSeconds: number): void {
    const weight = this.#weight.at(timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    add(this.#overall, value, weight);
    this.#learnedSinceSweep += 1;
    let moments = this.#contexts.get(context);
    if (moments === undefined) {
      if (!this.#makeRoom()) {
        this.#contextlessCalls += 1;
        return;
      }
      moments = newMoments();
      this.#contexts.set(context, moments);
    }
    add(moments, value, weight);
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learnedSinceSweep: this.#learnedSinceSweep,
      contextlessCalls: this.#contextlessCalls,
      overall: snapshotOf(this.#overall),
      contexts: [...this.#contexts].map(([context, moments]) => [context, snapshotOf(moments)]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const learnedSinceSweep = reader.field("learnedSinceSweep").count();
    const contextlessCalls = reader.field("contextlessCalls").count();
    const overall = momentsFrom(reader.field("overall"));
    const contexts = reader
      .field("contexts")
      .items(this.#options.maxContexts)
      .map((item): [string, Moments] => {
        const [context, moments] = item.tuple(2);
        return [(context ?? item).string(), momentsFrom(moments ?? item)];
      });
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learnedSinceSweep = learnedSinceSweep;
    this.#contextlessCalls = contextlessCalls;
    Object.assign(this.#overall, overall);
    this.#contexts.clear();
    for (const [context, moments] of contexts) this.#contexts.set(context, moments);
  }

  #momentsOf(context: string): Moments | undefined {
    const moments = this.#contexts.get(context);
    const current = this.#weight.current;
    if (moments !== undefined && moments.weight >= MIN_CONTEXT_CALLS * current) return moments;
    return this.#overall.weight >= MIN_CALLS * current ? this.#overall : undefined;
  }

  #predictiveDeviation(moments: Moments): number {
    const floor = this.#options.deviationFloor;
    const variance = Math.max(moments.squares / moments.weight, floor * floor);
    return Math.sqrt(variance * (1 + this.#weight.current / moments.weight));
  }

  /** A context of less than half a call by now makes room for another. */
  #makeRoom(): boolean {
    const { maxContexts } = this.#options;
    if (this.#contexts.size < maxContexts) return true;
    // A sweep looks at every context, so it may happen only once in as many calls.
    if (this.#learnedSinceSweep < maxContexts) return false;
    this.#learnedSinceSweep = 0;
    for (const [context, moments] of this.#contexts) {
      if (moments.weight < this.#weight.current / 2) this.#contexts.delete(context);
    }
    return this.#contexts.size < maxContexts;
  }

  readonly #rescale = (factor: number): void => {
    scale(this.#overall, factor);
    for (const [context, moments] of this.#contexts) {
      scale(moments, factor);
      if (moments.weight === 0) this.#contexts.delete(context);
    }
  };
}

function newMoments(): Moments {
  return { weight: 0, mean: 0, squares: 0 };
}

function add(moments: Moments, value: number, weight: number): void {
  moments.weight += weight;
  const difference = value - moments.mean;
  moments.mean += (difference * weight) / moments.weight;
  // Rounding may carry the mean past the value, and a sum of squares is never negative.
  moments.squares += Math.max(0, weight * difference * (value - moments.mean));
}

/** What underflows is forgotten, its mean too. */
function scale(moments: Moments, factor: number): void {
  moments.weight *= factor;
  moments.squares *= factor;
  if (moments.weight === 0) Object.assign(moments, newMoments());
}

function snapshotOf(moments: Moments): Json {
  return [moments.weight, moments.mean, moments.squares];
}

function momentsFrom(reader: SnapshotReader): Moments {
  const [weight, mean, squares] = reader.tuple(3);
  return {
    weight: (weight ?? reader).nonNegative(),
    mean: (mean ?? reader).number(),
    squares: (squares ?? reader).nonNegative(),
  };
}
