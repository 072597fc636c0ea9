import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";
import { NoiseBySize } from "./noise-by-size.js";
import { DEVIATIONS_PER_MAD, medianOf } from "./season-removal.js";

/** The level forgets half in so many values: slower than changes are found, faster than slow seasons. */
const LEVEL_GAIN = 1 - 0.5 ** (1 / 100);
/** With it, level and slope follow a ramp as fast as they can without swinging (a double root). */
const SLOPE_GAIN = LEVEL_GAIN ** 2 / 4;
/** Of a phase of the season: about ten seasons are remembered. */
const SEASON_GAIN = 0.1;
/** Inertia and noise forget half in 250 values; in fewer, a change would pass for inertia. */
const NOISE_GAIN = 1 - 0.5 ** (1 / 250);
/** What is further from what was expected than this many deviations is learned as if it were this far. */
const LEARNED_DEVIATIONS = 3;
/** With more, a shift of the level would be one value's surprise only. */
const MAXIMUM_INERTIA = 0.95;
/** Fewer values at the start don't tell a slope from noise. */
const LEAST_START_STEPS = 100;
const START_SEASONS = 2;
/**
 * A value is nearer to a mean of two that it is part of, than one that comes later: their deviations have a
 * variance of 1 - 1/2 and of 1 + 1/2 of the noise's.
 */
const OUT_OF_START = Math.sqrt((START_SEASONS + 1) / (START_SEASONS - 1));
/** At the start; with fewer the slope rests on nothing. */
const LEAST_KNOWN_RATIO = 0.5;
/**
 * Of the phases with a value at the start, so many must have another one: what half of all values, missing
 * here and there, leave (.5 ** 2 / (1 - .5 ** 2)). Phases without any don't count: a service may have hours.
 */
const LEAST_REPEATED_RATIO = 1 / 3;
/** A start that does not do loses this part of its oldest values, and is looked at again when it is full. */
const RENEWED_RATIO = 0.1;
/** Noise below this part of the largest value at the start is what rounding makes. */
const ROUNDING = 1e-12;
/** What the noise is learned from is pulled in further out: rare blips are part of it. */
const NOISE_DEVIATIONS = 10;

/**
 * What a series with a slow trend, a season and some inertia is about to do, and by how much each value
 * surprises: level and slope are smoothed exponentially (Holt 1957), the season of a known length has one
 * mean a phase (Winters 1960), and what is left of the previous value's deviation is expected again (a
 * first-order autoregression). The level of noise is the root of the mean square of recent surprises.
 * Deviations are pulled in before anything is learned from them, so blips teach little. Surprises and noise
 * are in units of what is usual for the size of their value (see {@link NoiseBySize}).
 *
 * The first 100 steps, or two seasons if these are longer, only start it: by a median slope, and a season
 * by the means of its phases. The step that ends them takes some milliseconds. Where too few of their values
 * are known, the start slides on. Phases without calls, such as the nights of a service with hours, may stay
 * unknown: they are taken to be between their neighbors.
 */
export class TrendTracker {
  readonly #seasonSteps: number;
  readonly #startSteps: number;
  readonly #renewedSteps: number;
  readonly #bySize = new NoiseBySize();
  #start: number[] = [];
  #startSizes: number[] = [];
  #isStarted = false;
  #phase = 0;
  readonly #season: Float64Array;
  #level = 0;
  #slope = 0;
  #previous = 0;
  #product = 0;
  #square = 0;
  #noiseSquare = 0;
  #leastNoise = 0;

  /** `seasonSteps`: 0 for no season; `delaySteps`: by how much the start takes longer than it must. */
  constructor(seasonSteps: number, delaySteps: number) {
    this.#seasonSteps = seasonSteps;
    const leastSteps = Math.max(LEAST_START_STEPS, START_SEASONS * seasonSteps);
    this.#startSteps = leastSteps + delaySteps;
    // Without the delay, so that starts that are apart stay apart.
    this.#renewedSteps = Math.ceil(RENEWED_RATIO * leastSteps);
    this.#season = new Float64Array(Math.max(1, seasonSteps));
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** The usual size of a surprise; over 0. */
  get noise(): number {
    return Math.max(this.#leastNoise, Math.sqrt(this.#noiseSquare));
  }

  /** One step of the start; NaN for a step without a value. The surprises of all, once it is over. */
  begin(value: number, size: number): Float64Array | undefined {
    this.#start.push(value);
    this.#startSizes.push(size);
    if (this.#start.length < this.#startSteps) return undefined;
    if (!this.#isEnough(this.#start)) {
      this.#start.splice(0, this.#renewedSteps);
      this.#startSizes.splice(0, this.#renewedSteps);
      return undefined;
    }
    const [values, sizes] = [this.#start, this.#startSizes];
    [this.#start, this.#startSizes] = [[], []];
    return this.#fit(values, sizes);
  }

  /** How far the value is from level, slope and season: the deviation that inertia may carry on. */
  deviation(value: number): number {
    return value - this.#level - this.#slope - this.#seasonal();
  }

  /** A deviation less what inertia made expect, of a value of this size. */
  surprise(deviation: number, size: number): number {
    return (deviation - this.#inertia() * this.#previous) / this.#bySize.ratio(size);
  }

  learn(deviation: number, surprise: number, size: number): void {
    const inertia = this.#inertia();
    const ratio = this.#bySize.ratio(size);
    const usual = (this.noise * ratio) / Math.sqrt(1 - inertia ** 2);
    this.#bySize.learn(surprise * ratio, size);
    const learned = pulledIn(deviation, LEARNED_DEVIATIONS * usual);
    this.#product += NOISE_GAIN * (learned * this.#previous - this.#product);
    this.#square += NOISE_GAIN * (this.#previous ** 2 - this.#square);
    const noise = pulledIn(surprise, NOISE_DEVIATIONS * this.noise);
    this.#noiseSquare += NOISE_GAIN * (noise ** 2 - this.#noiseSquare);
    this.#level += this.#slope + LEVEL_GAIN * learned;
    this.#slope += SLOPE_GAIN * learned;
    if (this.#seasonSteps > 0) {
      this.#season[this.#phase] = this.#seasonal() + SEASON_GAIN * learned;
    }
    this.#previous = learned * (1 - LEVEL_GAIN);
    this.#nextPhase();
  }

  /** A step without a value: the trend goes on, and inertia fades. */
  skip(): void {
    this.#level += this.#slope;
    this.#previous *= this.#inertia();
    this.#nextPhase();
  }

  /** The level has moved by `shift`, and the noise is `ratio` times what it was. */
  move(shift: number, ratio: number): void {
    this.#level += shift;
    this.#previous -= shift;
    this.#noiseSquare *= ratio ** 2;
  }

  snapshot(): Json {
    return {
      start: encodeFloats(Float64Array.from(this.#start)),
      startSizes: encodeFloats(Float64Array.from(this.#startSizes)),
      bySize: this.#bySize.snapshot(),
      isStarted: this.#isStarted,
      phase: this.#phase,
      season: encodeFloats(this.#season),
      numbers: encodeFloats(
        Float64Array.of(
          this.#level,
          this.#slope,
          this.#previous,
          this.#product,
          this.#square,
          this.#noiseSquare,
          this.#leastNoise,
        ),
      ),
    };
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(reader: SnapshotReader): void {
    const start = reader.field("start").float64s();
    if (start.length >= this.#startSteps) reader.field("start").refuse("fewer values");
    const startSizes = reader.field("startSizes").float64s(start.length);
    const isStarted = reader.field("isStarted").boolean();
    const phase = reader.field("phase").count();
    if (phase >= this.#season.length) reader.field("phase").refuse("a phase of the season");
    const season = reader.field("season").float64s(this.#season.length);
    const [level, slope, previous, product, square, noiseSquare, leastNoise] = reader
      .field("numbers")
      .float64s(7);
    this.#bySize.restore(reader.field("bySize"));
    this.#start = Array.from(start);
    this.#startSizes = Array.from(startSizes);
    this.#isStarted = isStarted;
    this.#phase = phase;
    this.#season.set(season);
    this.#level = level ?? 0;
    this.#slope = slope ?? 0;
    this.#previous = previous ?? 0;
    this.#product = product ?? 0;
    this.#square = square ?? 0;
    this.#noiseSquare = noiseSquare ?? 0;
    this.#leastNoise = leastNoise ?? 0;
  }

  #isEnough(values: readonly number[]): boolean {
    const known = values.filter(isKnown).length;
    if (this.#seasonSteps === 0) return known >= LEAST_KNOWN_RATIO * values.length;
    if (known < Math.min(LEAST_START_STEPS, LEAST_KNOWN_RATIO * values.length)) return false;
    const counts = knownByPhase(values, this.#seasonSteps);
    const used = counts.filter((count) => count > 0).length;
    return counts.filter((count) => count > 1).length >= LEAST_REPEATED_RATIO * used;
  }

  #fit(values: readonly number[], sizes: readonly number[]): Float64Array {
    const period = this.#season.length;
    const slope = slopeOf(values, this.#seasonSteps);
    const middle = (values.length - 1) / 2;
    const detrended = Float64Array.from(values, (value, at) => value - slope * (at - middle));
    const center = (this.#seasonSteps > 0 ? meanOf : medianOf)(detrended.filter(isKnown));
    const counts = knownByPhase(values, period);
    this.#season.fill(0);
    if (this.#seasonSteps > 0) {
      detrended.forEach((value, at) => {
        const phase = at % period;
        if (!isKnown(value)) return;
        this.#season[phase] = (this.#season[phase] ?? 0) + (value - center) / (counts[phase] ?? 1);
      });
      interpolate(this.#season, counts);
    }
    // The only value of a phase is its mean: that it does not deviate tells nothing.
    const deviations = detrended.map((value, at) =>
      this.#seasonSteps > 0 && (counts[at % period] ?? 0) < 2
        ? NaN
        : value - center - (this.#season[at % period] ?? 0),
    );
    this.#level = center + slope * middle;
    this.#slope = slope;
    this.#phase = values.length % period;
    let pairs = 0;
    for (let at = 1; at < deviations.length; at += 1) {
      const before = deviations[at - 1] ?? NaN;
      const now = deviations[at] ?? NaN;
      if (Number.isNaN(before * now)) continue;
      pairs += 1;
      this.#product += (before * now - this.#product) / pairs;
      this.#square += (before * before - this.#square) / pairs;
    }
    const inertia = this.#inertia();
    const correction = this.#seasonSteps > 0 ? OUT_OF_START : 1;
    const raw = deviations
      .subarray(1)
      .map((deviation, at) => correction * (deviation - inertia * (deviations[at] ?? NaN)));
    const sizesOfRaw = sizes.slice(1);
    this.#bySize.begin(raw, sizesOfRaw, rootMeanSquare(raw.filter(isKnown)));
    const surprises = raw
      .map((surprise, at) => surprise / this.#bySize.ratio(sizesOfRaw[at] ?? 1))
      .filter(isKnown);
    const spread = DEVIATIONS_PER_MAD * medianOf(surprises.map(Math.abs));
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
    this.#leastNoise = ROUNDING * largest + Number.MIN_VALUE;
    this.#noiseSquare = (spread > 0 ? spread : rootMeanSquare(surprises)) ** 2;
    const last = deviations.at(-1) ?? NaN;
    this.#previous = Number.isNaN(last) ? 0 : last;
    this.#isStarted = true;
    return surprises;
  }

  #inertia(): number {
    if (!(this.#square > 0)) return 0;
    return Math.max(0, Math.min(MAXIMUM_INERTIA, this.#product / this.#square));
  }

  #seasonal(): number {
    return this.#season[this.#phase] ?? 0;
  }

  #nextPhase(): void {
    this.#phase = this.#phase + 1 === this.#season.length ? 0 : this.#phase + 1;
  }
}

/** How many of the values are known in each phase of a season. */
function knownByPhase(values: readonly number[], period: number): Float64Array {
  const counts = new Float64Array(period);
  values.forEach((value, at) => {
    if (isKnown(value)) counts[at % period] = (counts[at % period] ?? 0) + 1;
  });
  return counts;
}

/** Puts the phases that have no value between the nearest ones that have, around the season. */
function interpolate(season: Float64Array, counts: Float64Array): void {
  const period = season.length;
  const first = counts.findIndex((count) => count > 0);
  let before = first;
  for (let at = first + 1; at <= first + period; at += 1) {
    if (counts[at % period] === 0) continue;
    const from = season[before % period] ?? 0;
    const step = ((season[at % period] ?? 0) - from) / (at - before);
    for (let gap = before + 1; gap < at; gap += 1) {
      season[gap % period] = from + step * (gap - before);
    }
    before = at;
  }
}

/**
 * The median slope of all pairs (Theil 1950, Sen 1968), or with a season of those that are a season apart:
 * a few blips don't bend it.
 */
function slopeOf(values: readonly number[], seasonSteps: number): number {
  const count = values.length;
  const slopes = new Float64Array(
    seasonSteps > 0 ? count - seasonSteps : (count * (count - 1)) / 2,
  );
  let known = 0;
  const longest = seasonSteps > 0 ? seasonSteps : count - 1;
  for (let steps = Math.max(1, seasonSteps); steps <= longest; steps += 1) {
    for (let at = steps; at < count; at += 1) {
      const slope = ((values[at] ?? NaN) - (values[at - steps] ?? NaN)) / steps;
      if (isKnown(slope)) slopes[known++] = slope;
    }
  }
  return medianOf(slopes.subarray(0, known));
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(meanOf(values.map((value) => value ** 2)));
}

function isKnown(value: number): boolean {
  return !Number.isNaN(value);
}

function pulledIn(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return values.length === 0 ? 0 : sum / values.length;
}
