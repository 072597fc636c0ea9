import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/**
 * Of a regime nobody has seen yet, in units of the usual noise: its mean is within +-3 or so (a standard
 * deviation of 1 / sqrt(0.1)), and its noise about as large as usual, which is worth four values.
 */
const PRIOR_MEAN_WEIGHT = 0.1;
const PRIOR_SHAPE = 2;
/** Values beyond these count as so many: what the noise is may drift. */
const MAXIMUM_WEIGHT = 500;
/**
 * One value in a hundred is a blip that may lie anywhere within +-10 deviations: no single value counts for
 * more than 7.6 nats against a regime, which is about what a change costs.
 */
const BLIP_LOG_DENSITY = Math.log(0.01 / 20);
/** A value further from a regime's mean than this many deviations is learned as if it were this far. */
const LEARNED_DEVIATIONS = 4;
/** A younger regime may be a blip yet. */
const LEAST_VALUES = 5;

/** The regime that most likely runs now. */
export interface Regime {
  /** Steps since its first value, which is 0 for the current one. */
  readonly ageSteps: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * For how long the present regime has been running: Bayesian online change-point detection (Adams and
 * MacKay, "Bayesian Online Changepoint Detection", 2007). Each regime has normal values of unknown mean and
 * variance (normal-inverse-gamma prior, so Student's t predicts the next value), a change comes with the
 * same probability at each step, and single blips are allowed for.
 *
 * Kept are the last `capacity` starts of a regime, oldest first; the two oldest become one, which goes on as
 * the more probable of them. A step costs O(capacity) and allocates nothing. Values are in units of the
 * usual noise, about 0.
 */
export class RunLengthPosterior {
  readonly #capacity: number;
  readonly #logHazard: number;
  readonly #logSurvival: number;
  #size = 0;
  readonly #logProbability: Float64Array;
  readonly #ageSteps: Float64Array;
  readonly #count: Float64Array;
  readonly #mean: Float64Array;
  /** The prior shape's and half the squares: inverse-gamma's scale. */
  readonly #spread: Float64Array;
  readonly #arrays: readonly Float64Array[];

  /** `hazard`: the probability of a change at each step, between 0 and 1. */
  constructor(capacity: number, hazard: number) {
    this.#capacity = capacity;
    this.#logHazard = Math.log(hazard);
    this.#logSurvival = Math.log1p(-hazard);
    this.#logProbability = new Float64Array(capacity + 1);
    this.#ageSteps = new Float64Array(capacity + 1);
    this.#count = new Float64Array(capacity + 1);
    this.#mean = new Float64Array(capacity + 1);
    this.#spread = new Float64Array(capacity + 1);
    this.#arrays = [this.#logProbability, this.#ageSteps, this.#count, this.#mean, this.#spread];
  }

  /** A value that came at the next step; it must be finite. */
  observe(value: number): void {
    this.skip();
    this.#begin();
    let most = -Infinity;
    for (let run = 0; run < this.#size; run += 1) {
      const logJoint = this.#at(this.#logProbability, run) + this.#predictAndLearn(run, value);
      this.#logProbability[run] = logJoint;
      if (logJoint > most) most = logJoint;
    }
    let sum = 0;
    for (let run = 0; run < this.#size; run += 1) {
      sum += Math.exp(this.#at(this.#logProbability, run) - most);
    }
    const logTotal = most + Math.log(sum);
    for (let run = 0; run < this.#size; run += 1) {
      this.#logProbability[run] = this.#at(this.#logProbability, run) - logTotal;
    }
  }

  /** A step without a value: everything is a step older. */
  skip(): void {
    for (let run = 0; run < this.#size; run += 1) {
      this.#ageSteps[run] = this.#at(this.#ageSteps, run) + 1;
    }
  }

  /**
   * That the oldest regime kept has ended, from 0 to 1. Regimes of fewer than 5 values are not believed:
   * their probability counts as that of no change.
   */
  changeProbability(): number {
    let sum = 0;
    for (let run = 1; run < this.#size; run += 1) {
      if (this.#at(this.#count, run) >= LEAST_VALUES) {
        sum += Math.exp(this.#at(this.#logProbability, run));
      }
    }
    return Math.min(1, sum);
  }

  /** The most probable of the regimes since the oldest one; undefined when none has 5 values yet. */
  latest(): Regime | undefined {
    let best = 0;
    for (let run = 1; run < this.#size; run += 1) {
      if (this.#at(this.#count, run) < LEAST_VALUES) continue;
      if (
        best === 0 ||
        this.#at(this.#logProbability, run) > this.#at(this.#logProbability, best)
      ) {
        best = run;
      }
    }
    if (best === 0) return undefined;
    return {
      ageSteps: this.#at(this.#ageSteps, best),
      mean: this.#at(this.#mean, best),
      variance: this.#at(this.#spread, best) / (PRIOR_SHAPE + this.#at(this.#count, best) / 2),
    };
  }

  /**
   * Takes the regime that began `ageSteps` ago for certain, and its mean and variance for the new units:
   * from now on values are about 0 again, and their noise about 1.
   */
  settle(ageSteps: number): void {
    const run = this.#ageSteps.subarray(0, this.#size).indexOf(ageSteps);
    const count = this.#at(this.#count, Math.max(0, run));
    this.#size = 1;
    this.#logProbability[0] = 0;
    this.#ageSteps[0] = ageSteps;
    this.#count[0] = count;
    this.#mean[0] = 0;
    this.#spread[0] = PRIOR_SHAPE + count / 2;
  }

  snapshot(): Json {
    return this.#arrays.map((array) => encodeFloats(array.subarray(0, this.#size)));
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(reader: SnapshotReader): void {
    const columns = reader.tuple(this.#arrays.length);
    const size = columns[0]?.float64s().length ?? 0;
    if (size > this.#capacity) reader.refuse(`at most ${this.#capacity} regimes, got ${size}`);
    const values = columns.map((column) => column.float64s(size));
    values.forEach((column, at) => this.#arrays[at]?.set(column));
    this.#size = size;
  }

  /** A regime that begins with the next value; makes room for it. */
  #begin(): void {
    if (this.#size === this.#capacity) this.#joinOldest();
    const isFirst = this.#size === 0;
    for (let run = 0; run < this.#size; run += 1) {
      this.#logProbability[run] = this.#at(this.#logProbability, run) + this.#logSurvival;
    }
    this.#logProbability[this.#size] = isFirst ? 0 : this.#logHazard;
    this.#ageSteps[this.#size] = 0;
    this.#count[this.#size] = 0;
    this.#mean[this.#size] = 0;
    this.#spread[this.#size] = PRIOR_SHAPE;
    this.#size += 1;
  }

  #joinOldest(): void {
    const first = this.#at(this.#logProbability, 0);
    const second = this.#at(this.#logProbability, 1);
    const more = Math.max(first, second);
    const joined = more + Math.log1p(Math.exp(Math.min(first, second) - more));
    for (const array of this.#arrays) {
      const kept = this.#at(array, first >= second ? 0 : 1);
      array.copyWithin(0, 1, this.#size);
      array[0] = kept;
    }
    this.#logProbability[0] = joined;
    this.#size -= 1;
  }

  /** The log density of the value in a regime, which then learns it (Murphy 2007, section 3). */
  #predictAndLearn(run: number, value: number): number {
    const count = this.#at(this.#count, run);
    const mean = this.#at(this.#mean, run);
    const weight = PRIOR_MEAN_WEIGHT + count;
    const shape = PRIOR_SHAPE + count / 2;
    const spread = this.#at(this.#spread, run);
    const squaredScale = (spread * (weight + 1)) / (shape * weight);
    const squares = (value - mean) ** 2 / squaredScale;
    const freedom = 2 * shape;
    const logDensity =
      (LOG_STUDENT[count] ?? 0) -
      Math.log(squaredScale) / 2 -
      ((freedom + 1) / 2) * Math.log1p(squares / freedom);
    const bound = LEARNED_DEVIATIONS * Math.sqrt(squaredScale);
    const surprise = Math.max(-bound, Math.min(bound, value - mean));
    this.#mean[run] = mean + surprise / (weight + 1);
    const learned = spread + (weight * surprise ** 2) / (2 * (weight + 1));
    const isFull = count >= MAXIMUM_WEIGHT;
    this.#spread[run] = isFull ? (learned * shape) / (shape + 0.5) : learned;
    if (!isFull) this.#count[run] = count + 1;
    return Math.max(logDensity, BLIP_LOG_DENSITY);
  }

  #at(array: Float64Array, run: number): number {
    return array[run] ?? NaN;
  }
}

/** ln(Gamma((f + 1) / 2) / Gamma(f / 2)) - ln(f pi) / 2 for f = 2 shape degrees of freedom, by count. */
const LOG_STUDENT = logStudent();

function logStudent(): Float64Array {
  // For f = 2 it is Gamma(3/2) / Gamma(1); and Gamma(x + 1) = x Gamma(x) leads from f to f + 1.
  let freedom = 2;
  let logRatio = Math.log(Math.sqrt(Math.PI) / 2);
  const table = new Float64Array(MAXIMUM_WEIGHT + 1);
  for (; freedom < 2 * PRIOR_SHAPE + MAXIMUM_WEIGHT + 1; freedom += 1) {
    const count = freedom - 2 * PRIOR_SHAPE;
    if (count >= 0) table[count] = logRatio - Math.log(freedom * Math.PI) / 2;
    logRatio = Math.log(freedom / 2) - logRatio;
  }
  return table;
}
