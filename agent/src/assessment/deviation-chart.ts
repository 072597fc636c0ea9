import type { Json, Moments, SnapshotReader } from "../core/index.js";
import { DailyProfile } from "./daily-profile.js";
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

/** Of a window that is kept: beginning, count, sum, sum of squares. */
const WINDOW_FIELDS = 4;
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
 * whose mean varies f times as much as that of independent ones are worth k / f.
 */
const MINIMUM_INDEPENDENT_WINDOWS = 10;
/** Fewer calls than this tell little of a mean: sizes and pauses have heavy tails. */
const MINIMUM_WARM_UP_CALLS = 200;
/** However few the calls and however alike the windows, the warm-up lasts at most this many times its
 * length. */
const LONGEST_WARM_UP = 6;
/**
 * How fast the correlation between windows is taken to fade with their distance: an echo of earlier
 * windows that loses a tenth a window hears sessions, which last for a minute or so.
 */
const ECHO = 0.9;
/**
 * What a warm-up says of that is little: its windows are added to so many that correlate as sessions of a
 * minute do, whose means vary three times (1 + 2 x 1) as much as those of independent calls.
 */
const PRIOR_CORRELATION = 1;
const PRIOR_WINDOWS = 30;
/**
 * A shift within so many standard errors of the learned mean is no evidence: the error is the same in every
 * window, so it would add up to an alarm.
 */
const TOLERATED_STANDARD_ERRORS = 2;
/**
 * The factor by which likeness raises the variance of means, at most: that of an autocorrelation of 0.9,
 * (1 + 0.9) / (1 - 0.9). Beyond it windows say the same thing and the deviation is shrunk no further.
 */
const MAXIMUM_LIKENESS = 19;
/** A window beyond this many standard deviations teaches the spread no more than this. */
const LEARNED_DEVIATION_LIMIT = 5;
/**
 * A window is learned from only this many windows later, unless an alarm came in between: else a change
 * teaches the chart that it is normal while the evidence for it is still gathering. A shift of three
 * standard deviations of a window (beyond what is tolerated) is found within ten windows.
 */
const LEARNING_DELAY_WINDOWS = 30;
/**
 * Until an earlier day tells what is usual at this time of day, a second memory does, which forgets this
 * many times faster: with the usual six hours, half in one. It lags a third of the swing of a day's rhythm
 * (2 pi x 1.44 / 24), the first nine tenths; of a change that grows for half an hour it has taken up two
 * hundredths when half of that is over.
 */
const FASTER_MEMORY = 6;
/** Half-life of what counts as recent, windows. */
const RECENT_HALF_LIFE_WINDOWS = 6;
const RECENT_WEIGHT = 1 - 0.5 ** (1 / RECENT_HALF_LIFE_WINDOWS);

/**
 * A control chart for one deviation of one segment: learns its mean, its spread, how much windows scatter
 * beyond what independent calls would (sessions cluster), and how much each window resembles those
 * before; standardizes each new window with them; and gathers the evidence that something changed. It
 * judges a window first and learns from it {@link LEARNING_DELAY_WINDOWS} later; in alarm it does not learn.
 *
 * What is usual is a range: from the learned mean to what was usual at this time of day, or on the first
 * day to a mean that follows faster. Only what lies beyond both is a deviation, so a rhythm of the day is
 * none, and a day that does not keep to its rhythm is none either.
 */
export class DeviationChart {
  readonly #options: DeviationChartOptions;
  readonly #evidence: ChangeEvidence;
  /** Of the warm-up: beginning, count, sum and sum of squares a window, flat. Empty afterwards. */
  #warmUp: number[] = [];
  /** The same of the windows that are not learned from yet, oldest first. */
  #pending: number[] = [];
  readonly #profile = new DailyProfile();
  #windows = 0;
  #isReady = false;
  #mean = 0;
  /** One over the number of calls that the mean is worth. */
  #meanVariance = 0;
  #fasterMean = 0;
  #variance = 0;
  /** Variance of standardized window means: 1 when calls are independent of each other. */
  #dispersion = 1;
  /** Sum of a window's correlations with those before, each worth {@link ECHO} of the next. */
  #correlation = 0;
  #echo = 0;
  #recentMean = 0;
  #startSeconds = 0;

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
    if (!this.ready) return 0;
    return shiftDistance(this.#shift(this.#recentMean, this.#startSeconds) / this.#spread());
  }

  /**
   * The deviations of the window that began at `startSeconds` since the epoch; those of a window without
   * calls say nothing and change nothing. Answers the standardized deviation of the window, 0 while
   * warming up.
   */
  observe(moments: Moments | undefined, startSeconds: number): number {
    if (moments === undefined || moments.count === 0) return 0;
    const { count, sum, sumOfSquares } = moments;
    if (!this.#isReady) {
      this.#warmUp.push(startSeconds, count, sum, sumOfSquares);
      this.#windows += 1;
      if (this.#windows >= this.#options.warmUpWindows) this.#finishWarmUp();
      return 0;
    }
    this.#startSeconds = startSeconds;
    this.#recentMean += RECENT_WEIGHT * (sum / count - this.#recentMean);
    const deviation = this.#deviation(sum / count, count, startSeconds);
    this.#evidence.observe(deviation);
    if (this.#evidence.value >= this.#options.alarmLevel) {
      this.#pending = [];
      return deviation;
    }
    this.#pending.push(startSeconds, count, sum, sumOfSquares);
    if (this.#pending.length > WINDOW_FIELDS * LEARNING_DELAY_WINDOWS) this.#learnOldest();
    return deviation;
  }

  snapshot(): Json {
    return {
      warmUp: [...this.#warmUp],
      pending: [...this.#pending],
      profile: this.#profile.snapshot(),
      windows: this.#windows,
      isReady: this.#isReady,
      mean: this.#mean,
      meanVariance: this.#meanVariance,
      fasterMean: this.#fasterMean,
      variance: this.#variance,
      dispersion: this.#dispersion,
      correlation: this.#correlation,
      echo: this.#echo,
      recentMean: this.#recentMean,
      startSeconds: this.#startSeconds,
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
    this.#profile.restore(snapshot.field("profile"));
    this.#windows = snapshot.field("windows").count();
    this.#isReady = snapshot.field("isReady").boolean();
    this.#mean = number("mean");
    this.#meanVariance = snapshot.field("meanVariance").nonNegative();
    this.#fasterMean = number("fasterMean");
    this.#variance = number("variance");
    this.#dispersion = number("dispersion");
    this.#correlation = number("correlation");
    this.#echo = number("echo");
    this.#recentMean = number("recentMean");
    this.#startSeconds = number("startSeconds");
  }

  #spread(): number {
    return Math.max(Math.sqrt(this.#variance), MINIMUM_SPREAD);
  }

  /** What is usual at this time of day, or while no earlier day tells, the mean that follows faster. */
  #usualAt(seconds: number): number {
    const offset = this.#profile.at(seconds);
    return offset === undefined ? this.#fasterMean : this.#mean + offset;
  }

  /** How far a value is from the range of what is usual. */
  #shift(value: number, seconds: number): number {
    const other = this.#usualAt(seconds);
    const highest = Math.max(this.#mean, other);
    if (value > highest) return value - highest;
    return Math.min(0, value - Math.min(this.#mean, other));
  }

  /**
   * How far a window is from what was learned, less what is tolerated, in standard deviations of what a window
   * can be expected to differ by: its own scatter, and that of the calls that the mean was learned from.
   */
  #deviation(windowMean: number, calls: number, seconds: number): number {
    const shift = this.#shift(windowMean, seconds);
    const scale = this.#spread() * Math.sqrt(this.#dispersion * likeness(this.#correlation));
    const standardError = scale * Math.sqrt(this.#meanVariance);
    const tolerated =
      this.#options.toleratedShift * this.#spread() + TOLERATED_STANDARD_ERRORS * standardError;
    const beyondTolerance = Math.max(0, Math.abs(shift) - tolerated);
    return (
      (Math.sign(shift) * beyondTolerance) / (scale * Math.sqrt(1 / calls + this.#meanVariance))
    );
  }

  #learnOldest(): void {
    const [seconds = 0, calls = 0, sum = 0, sumOfSquares = 0] = this.#pending.splice(
      0,
      WINDOW_FIELDS,
    );
    const windowMean = sum / calls;
    // A rhythm of the day would look like scatter, and like windows that are very much alike.
    const raw = ((windowMean - this.#usualAt(seconds)) * Math.sqrt(calls)) / this.#spread();
    const deviation = this.#deviation(windowMean, calls, seconds);
    this.#profile.learn(seconds, windowMean - this.#mean);
    this.#windows += 1;
    const least = 1 / this.#windows;
    const weight = Math.max(least, 1 - 0.5 ** (1 / this.#options.halfLifeWindows));
    const faster = Math.max(least, 1 - 0.5 ** (FASTER_MEMORY / this.#options.halfLifeWindows));
    const secondMoment = sumOfSquares / calls;
    const learnedSecondMoment = this.#variance + this.#mean * this.#mean;
    this.#mean += weight * (windowMean - this.#mean);
    this.#meanVariance = (1 - weight) ** 2 * this.#meanVariance + weight ** 2 / calls;
    this.#fasterMean += faster * (windowMean - this.#fasterMean);
    const blended = learnedSecondMoment + weight * (secondMoment - learnedSecondMoment);
    this.#variance = Math.max(0, blended - this.#mean * this.#mean);
    const limit = LEARNED_DEVIATION_LIMIT * Math.sqrt(this.#dispersion);
    const limited = Math.max(-limit, Math.min(limit, raw));
    const product = limited * this.#echo;
    this.#echo = limited + ECHO * this.#echo;
    const dispersion = this.#dispersion + weight * (limited * limited - this.#dispersion);
    const covariance = this.#correlation * this.#dispersion;
    this.#dispersion = Math.max(MINIMUM_DISPERSION, dispersion);
    this.#correlation = (covariance + weight * (product - covariance)) / this.#dispersion;
    this.#evidence.learn(deviation, weight);
  }

  /** Ends the warm-up, unless calls were so few or windows so alike that more are needed. */
  #finishWarmUp(): void {
    const all = this.#warmUp.length / WINDOW_FIELDS;
    const first = Math.floor(all * SKIPPED_WARM_UP_SHARE);
    const field = (window: number, place: number): number =>
      this.#warmUp[WINDOW_FIELDS * window + place] ?? 0;
    let count = 0;
    let sum = 0;
    let sumOfSquares = 0;
    for (let window = first; window < all; window += 1) {
      count += field(window, 1);
      sum += field(window, 2);
      sumOfSquares += field(window, 3);
    }
    this.#mean = sum / count;
    this.#variance = Math.max(0, sumOfSquares / count - this.#mean * this.#mean);
    let squares = 0;
    let products = 0;
    let echo = 0;
    for (let window = first; window < all; window += 1) {
      const calls = field(window, 1);
      const raw = ((field(window, 2) / calls - this.#mean) * Math.sqrt(calls)) / this.#spread();
      squares += raw * raw;
      products += raw * echo;
      echo = raw + ECHO * echo;
    }
    const windows = all - first;
    const dispersion = Math.max(1, squares / windows);
    const sampled = products / windows / dispersion;
    // A sample's autocorrelations are biased downwards, each by about this factor over the windows: Marriott
    // and Pope, Biometrika 41 (1954). The echo adds up 1 / (1 - ECHO) of them.
    const correlation = sampled + likeness(sampled) / ((1 - ECHO) * windows);
    const isEnough =
      windows / likeness(correlation) >= MINIMUM_INDEPENDENT_WINDOWS &&
      count >= MINIMUM_WARM_UP_CALLS;
    if (!isEnough && this.#windows < LONGEST_WARM_UP * this.#options.warmUpWindows) return;
    this.#dispersion = dispersion;
    this.#correlation =
      (windows * correlation + PRIOR_WINDOWS * PRIOR_CORRELATION) / (windows + PRIOR_WINDOWS);
    this.#echo = echo;
    this.#meanVariance = 1 / count;
    this.#fasterMean = this.#mean;
    this.#recentMean = this.#mean;
    for (let window = first; window < all; window += 1) {
      this.#profile.learn(field(window, 0), field(window, 2) / field(window, 1) - this.#mean);
    }
    this.#warmUp = [];
    this.#isReady = true;
  }
}

/**
 * By how much the variance of a mean of many windows exceeds that of independent ones: 1 + 2 sum of the
 * autocorrelations, the spectral density at 0.
 */
function likeness(correlation: number): number {
  return Math.max(1, Math.min(MAXIMUM_LIKENESS, 1 + 2 * correlation));
}
