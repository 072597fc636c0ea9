import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** Errors older than this count half: a quarter of a day follows the time of day and the regime. */
const HALF_LIFE_SECONDS = 6 * 3600;
/**
 * A weight is the mean squared error to the power of minus this: 10% less error is three times the weight.
 * With targets that overlap, smaller powers let bad experts in, larger ones jump.
 */
const POWER = 10;
/** Each expert begins with so many targets in which it was this much worse than the first. */
const PRIOR_TARGETS = 30;
const PRIOR_SQUARED_ERROR_RATIO = 1.1;

/**
 * Weighs experts by how well they did lately: inverse powers of the discounted mean squared error, at one
 * horizon. The first expert (naive) is what the others must prove better than; until they have, it speaks.
 * Source: Timmermann, "Forecast Combinations", Handbook of Economic Forecasting 2006 (inverse errors).
 */
export class ExpertWeights {
  readonly #discount: number;
  readonly #priorTargets: number;
  /** Discounted sums of squared errors by expert. */
  readonly #squares: Float64Array;
  readonly #weights: Float64Array;
  #targets = 0;

  /** `overlappingTargets` err together, so a prior must outlast them: the horizon in windows. */
  constructor(experts: number, windowSeconds: number, overlappingTargets: number) {
    const halfLife = Math.max(HALF_LIFE_SECONDS / windowSeconds, overlappingTargets);
    this.#discount = 2 ** (-1 / halfLife);
    this.#priorTargets = Math.max(PRIOR_TARGETS, overlappingTargets);
    this.#squares = new Float64Array(experts);
    this.#weights = new Float64Array(experts);
    this.#weigh();
  }

  /** `forecasts[offset..]` holds one forecast of each expert. */
  score(forecasts: Float64Array, offset: number, target: number): void {
    this.#targets = this.#targets * this.#discount + 1;
    for (let expert = 0; expert < this.#squares.length; expert += 1) {
      const error = (forecasts[offset + expert] ?? NaN) - target;
      this.#squares[expert] = (this.#squares[expert] ?? 0) * this.#discount + error * error;
    }
    this.#weigh();
  }

  /** The weighted mean; to that of the first expert, which knows of no event, `firstShift` is added. */
  combine(forecasts: Float64Array, firstShift: number): number {
    let sum = (this.#weights[0] ?? 0) * firstShift;
    for (let expert = 0; expert < forecasts.length; expert += 1) {
      sum += (this.#weights[expert] ?? 0) * (forecasts[expert] ?? 0);
    }
    return sum;
  }

  /** The number of the expert that weighs most. */
  get heaviest(): number {
    let heaviest = 0;
    this.#weights.forEach((weight, expert) => {
      if (weight > (this.#weights[heaviest] ?? 0)) heaviest = expert;
    });
    return heaviest;
  }

  snapshot(): Json {
    return { targets: this.#targets, squares: encodeFloats(this.#squares) };
  }

  restore(reader: SnapshotReader): void {
    const targets = reader.field("targets").nonNegative();
    const squares = reader.field("squares").float64s(this.#squares.length);
    if (!squares.every((sum) => sum >= 0 && sum < Infinity)) {
      reader.field("squares").refuse("sums of squares");
    }
    this.#targets = targets;
    this.#squares.set(squares);
    this.#weigh();
  }

  #weigh(): void {
    const weights = this.#weights;
    const naive = this.#targets > 0 ? (this.#squares[0] ?? 0) / this.#targets : 0;
    const prior = this.#priorTargets * PRIOR_SQUARED_ERROR_RATIO * naive;
    let smallest = Infinity;
    for (let expert = 0; expert < weights.length; expert += 1) {
      const own = this.#squares[expert] ?? 0;
      const error =
        expert === 0 ? naive : (own + prior) / Math.max(1, this.#targets + this.#priorTargets);
      weights[expert] = error;
      if (error < smallest) smallest = error;
    }
    let sum = 0;
    for (let expert = 0; expert < weights.length; expert += 1) {
      const error = weights[expert] ?? 0;
      // Whoever was never wrong stands beside nobody who was.
      const weight = error === smallest ? 1 : (smallest / error) ** POWER;
      weights[expert] = weight;
      sum += weight;
    }
    for (let expert = 0; expert < weights.length; expert += 1) {
      weights[expert] = (weights[expert] ?? 0) / sum;
    }
  }
}
