import type { Json, Moments, SnapshotReader } from "../core/index.js";
import { shiftDistance } from "./distances.js";
import { ChangeEvidence } from "./evidence.js";

export interface DeviationChartOptions {
  /** Windows with calls before the chart speaks. */
  readonly warmUpWindows: number;
  /** Windows after which what was learned counts half. */
  readonly halfLifeWindows: number;
  /** Mean windows between false alarms; see {@link ChangeEvidence}. */
  readonly alarmLevel: number;
  readonly twoSided: boolean;
  /** Shifts below this many standard deviations of single calls give no evidence, however certain. */
  readonly toleratedShift: number;
}

/** While models still learn their first lesson their deviations are not typical: this share is left out. */
const SKIPPED_WARM_UP_SHARE = 1 / 3;
/**
 * Spread of single deviations is never taken smaller: a tenth of a bit, of a standard deviation, or the
 * spread of a share of 1%. Without it a constant would turn any change, however small, into an alarm.
 */
const MINIMUM_SPREAD = 0.1;
/** Windows vary at least this much (variance) of what independent calls would: see `#dispersion`. */
const MINIMUM_DISPERSION = 0.25;
/**
 * The warm-up lasts until it is worth this many windows that are independent of each other; k windows
 * with autocorrelation r are worth k (1 - r) / (1 + r).
 */
const MINIMUM_INDEPENDENT_WINDOWS = 10;
/** Fewer calls than this tell little of a mean: sizes and pauses have heavy tails. */
const MINIMUM_WARM_UP_CALLS = 200;
/** However few the calls and however alike the windows, the warm-up lasts at most this many times its
 * length. */
const LONGEST_WARM_UP = 6;
/** Beyond this, neighboring windows say the same thing and the deviation is shrunk no further. */
const MAXIMUM_AUTOCORRELATION = 0.9;
/** A window beyond this many standard deviations teaches the spread no more than this. */
const LEARNED_DEVIATION_LIMIT = 5;
/**
 * A window is learned from only this many windows later, unless an alarm came in between: else a change
 * teaches the chart that it is normal while the evidence for it is still gathering. A shift of three
 * standard deviations of a window (beyond what is tolerated) is found within ten windows.
 */
const LEARNING_DELAY_WINDOWS = 30;
/** Half-life of what counts as recent, windows. */
const RECENT_HALF_LIFE_WINDOWS = 6;
const RECENT_WEIGHT = 1 - 0.5 ** (1 / RECENT_HALF_LIFE_WINDOWS);

/**
 * A control chart for one deviation of one segment: learns its mean, its spread, how much windows scatter
 * beyond what independent calls would (sessions cluster), and how much each window resembles the one
 * before; standardizes each new window with them; and gathers the evidence that something changed. It
 * judges a window first and learns from it {@link LEARNING_DELAY_WINDOWS} later; in alarm it does not learn.
 */
export class DeviationChart {
  readonly #options: DeviationChartOptions;
  readonly #evidence: ChangeEvidence;
  /** Of the warm-up: count, sum and sum of squares a window, flat. Empty afterwards. */
  #warmUp: number[] = [];
  /** The same of the windows that are not learned from yet, oldest first. */
  #pending: number[] = [];
  #windows = 0;
  #isReady = false;
  #mean = 0;
  #variance = 0;
  /** Variance of standardized window means: 1 when calls are independent of each other. */
  #dispersion = 1;
  #autocorrelation = 0;
  #previous = 0;
  #recentMean = 0;

  constructor(options: DeviationChartOptions) {
    this.#options = options;
    this.#evidence = new ChangeEvidence(options.alarmLevel, options.twoSided);
  }

  get ready(): boolean {
    return this.#isReady;
  }

  /** See {@link ChangeEvidence.value}. */
  get evidence(): number {
    return this.#evidence.value;
  }

  get learnedMean(): number {
    return this.#mean;
  }

  get recentMean(): number {
    return this.#recentMean;
  }

  /** Distance in [0, 1] between recent and learned deviations, as normal distributions. */
  get severity(): number {
    return this.ready ? shiftDistance((this.#recentMean - this.#mean) / this.#spread()) : 0;
  }

  /**
   * One window's deviations; those of a window without calls say nothing and change nothing. Answers the
   * standardized deviation of the window, 0 while warming up.
   */
  observe(moments: Moments | undefined): number {
    if (moments === undefined || moments.count === 0) return 0;
    if (!this.#isReady) {
      this.#warmUp.push(moments.count, moments.sum, moments.sumOfSquares);
      this.#windows += 1;
      if (this.#windows >= this.#options.warmUpWindows) this.#finishWarmUp();
      return 0;
    }
    const windowMean = moments.sum / moments.count;
    this.#recentMean += RECENT_WEIGHT * (windowMean - this.#recentMean);
    const deviation = this.#deviation(windowMean, moments.count);
    this.#evidence.observe(deviation);
    if (this.#evidence.value < this.#options.alarmLevel) this.#learnLater(moments);
    else this.#pending = [];
    return deviation;
  }

  snapshot(): Json {
    return {
      warmUp: [...this.#warmUp],
      pending: [...this.#pending],
      windows: this.#windows,
      isReady: this.#isReady,
      mean: this.#mean,
      variance: this.#variance,
      dispersion: this.#dispersion,
      autocorrelation: this.#autocorrelation,
      previous: this.#previous,
      recentMean: this.#recentMean,
      evidence: this.#evidence.snapshot(),
    };
  }

  restore(snapshot: SnapshotReader): void {
    const number = (name: string): number => snapshot.field(name).number();
    const numbers = (name: string): number[] =>
      snapshot
        .field(name)
        .items()
        .map((item) => item.number());
    this.#evidence.restore(snapshot.field("evidence"));
    this.#warmUp = numbers("warmUp");
    this.#pending = numbers("pending");
    this.#windows = snapshot.field("windows").count();
    this.#isReady = snapshot.field("isReady").boolean();
    this.#mean = number("mean");
    this.#variance = number("variance");
    this.#dispersion = number("dispersion");
    this.#autocorrelation = number("autocorrelation");
    this.#previous = number("previous");
    this.#recentMean = number("recentMean");
  }

  #spread(): number {
    return Math.max(Math.sqrt(this.#variance), MINIMUM_SPREAD);
  }

  /** How far a window is from what was learned, in standard deviations of a window, less the tolerance. */
  #deviation(windowMean: number, calls: number): number {
    const shift = windowMean - this.#mean;
    const beyondTolerance = Math.max(
      0,
      Math.abs(shift) - this.#options.toleratedShift * this.#spread(),
    );
    const scale = Math.sqrt(
      (this.#dispersion * (1 + this.#autocorrelation)) / (1 - this.#autocorrelation),
    );
    return (Math.sign(shift) * beyondTolerance * Math.sqrt(calls)) / (this.#spread() * scale);
  }

  #learnLater({ count, sum, sumOfSquares }: Moments): void {
    this.#pending.push(count, sum, sumOfSquares);
    if (this.#pending.length <= 3 * LEARNING_DELAY_WINDOWS) return;
    const [oldCount = 0, oldSum = 0, oldSumOfSquares = 0] = this.#pending.splice(0, 3);
    this.#learn({ count: oldCount, sum: oldSum, sumOfSquares: oldSumOfSquares });
  }

  #learn(moments: Moments): void {
    const windowMean = moments.sum / moments.count;
    const raw = ((windowMean - this.#mean) * Math.sqrt(moments.count)) / this.#spread();
    const deviation = this.#deviation(windowMean, moments.count);
    this.#windows += 1;
    const weight = Math.max(1 / this.#windows, 1 - 0.5 ** (1 / this.#options.halfLifeWindows));
    const secondMoment = moments.sumOfSquares / moments.count;
    const learnedSecondMoment = this.#variance + this.#mean * this.#mean;
    this.#mean += weight * (windowMean - this.#mean);
    const blended = learnedSecondMoment + weight * (secondMoment - learnedSecondMoment);
    this.#variance = Math.max(0, blended - this.#mean * this.#mean);
    const limit = LEARNED_DEVIATION_LIMIT * Math.sqrt(this.#dispersion);
    const limited = Math.max(-limit, Math.min(limit, raw));
    const product = limited * this.#previous;
    this.#previous = limited;
    const dispersion = this.#dispersion + weight * (limited * limited - this.#dispersion);
    const covariance = this.#autocorrelation * this.#dispersion;
    this.#dispersion = Math.max(MINIMUM_DISPERSION, dispersion);
    this.#autocorrelation = boundedAutocorrelation(
      (covariance + weight * (product - covariance)) / this.#dispersion,
    );
    this.#evidence.learn(deviation, weight);
  }

  /** Ends the warm-up, unless calls were so few or windows so alike that more are needed. */
  #finishWarmUp(): void {
    const all = this.#warmUp.length / 3;
    const first = Math.floor(all * SKIPPED_WARM_UP_SHARE);
    let count = 0;
    let sum = 0;
    let sumOfSquares = 0;
    for (let window = first; window < all; window += 1) {
      count += this.#warmUp[3 * window] ?? 0;
      sum += this.#warmUp[3 * window + 1] ?? 0;
      sumOfSquares += this.#warmUp[3 * window + 2] ?? 0;
    }
    this.#mean = sum / count;
    this.#variance = Math.max(0, sumOfSquares / count - this.#mean * this.#mean);
    let squares = 0;
    let products = 0;
    let previous = 0;
    for (let window = first; window < all; window += 1) {
      const calls = this.#warmUp[3 * window] ?? 0;
      const shift = (this.#warmUp[3 * window + 1] ?? 0) / calls - this.#mean;
      const raw = (shift * Math.sqrt(calls)) / this.#spread();
      squares += raw * raw;
      products += raw * previous;
      previous = raw;
    }
    const windows = all - first;
    const dispersion = Math.max(1, squares / windows);
    const sampled = products / windows / dispersion;
    // A sample's autocorrelation is biased downwards by about (1 + 4 r) / n: Kendall, Biometrika 41 (1954).
    const autocorrelation = boundedAutocorrelation(sampled + (1 + 4 * sampled) / windows);
    const independent = (windows * (1 - autocorrelation)) / (1 + autocorrelation);
    const longest = LONGEST_WARM_UP * this.#options.warmUpWindows;
    const isEnough = independent >= MINIMUM_INDEPENDENT_WINDOWS && count >= MINIMUM_WARM_UP_CALLS;
    if (!isEnough && this.#windows < longest) return;
    this.#dispersion = dispersion;
    this.#autocorrelation = autocorrelation;
    this.#previous = previous;
    this.#recentMean = this.#mean;
    this.#warmUp = [];
    this.#isReady = true;
  }
}

function boundedAutocorrelation(value: number): number {
  return Math.max(0, Math.min(MAXIMUM_AUTOCORRELATION, value));
}
