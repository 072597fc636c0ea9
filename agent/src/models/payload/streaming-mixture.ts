import {
  encodeFloats,
  seededRandom,
  type Json,
  type MixtureParameters,
  type SnapshotReader,
} from "../../core/index.js";
import { CovariancePrior } from "./covariance-prior.js";
import { GaussianMixture } from "./gaussian-mixture.js";
import { fitMixture } from "./mixture-fit.js";
import { MixtureStatistics } from "./mixture-statistics.js";
import { eccentricities } from "./quantile-residual.js";
import { SurpriseScale } from "./surprise-scale.js";

/** Between two fits at most this many calls, from the first fit on twice as many each time. */
const MAX_CALLS_BETWEEN_FITS = 4096;
/** The mixture follows its statistics every so many calls: a few Cholesky factors of small matrices. */
const UPDATE_CALLS = 32;
const MAX_SIZES = 2;
/** Recent shares of clusters forget half in 45 calls, to be held against the learned ones. */
const RECENT_GAIN = 1 / 64;
const FIRST_ROWS_KEPT = 16;

export interface StreamingMixtureOptions {
  readonly dimension: number;
  /** The first so many values are sizes, 0 to 2, whose eccentricities are followed. */
  readonly sizes: number;
  readonly seed: number;
  /** Calls before there is a mixture. */
  readonly firstFitCalls: number;
  /** Calls kept to fit from. */
  readonly sampleCalls: number;
  /** The least standard deviation within a component, in the unit of the values. */
  readonly deviationFloor: number;
}

/**
 * A Gaussian mixture that follows a stream: fitted, elsewhere, to a sample in which older calls grow
 * rarer, and in between carried on call by call by online expectation maximization (Cappe and Moulines,
 * "Online Expectation-Maximization Algorithm for Latent Data Models", Journal of the Royal Statistical
 * Society B 71(3), 2009) with forgetting. Until a fit has come back it is of one component: the moments
 * of the first calls. Weights are on the scale of a `ForgettingWeight` that the caller keeps.
 */
export class StreamingMixture {
  readonly #options: StreamingMixtureOptions;
  /** Rows of `dimension`, of which `#kept` are in use; single precision is more than sizes need. */
  #sample: Float32Array;
  #kept = 0;
  #calls = 0;
  #weight = 0;
  #nextFit: number;
  /** Calls learned when the fit that is awaited was asked for; 0 when none is. */
  #askedAtCalls = 0;
  #fitted = false;
  #statistics: MixtureStatistics | undefined;
  #mixture: GaussianMixture | undefined;
  #recent: Float64Array = new Float64Array(0);
  #scale = new SurpriseScale();
  /** Sums of eccentricities, and of the weights of the calls they are of. */
  #eccentricities: Float64Array = new Float64Array(MAX_SIZES);
  #eccentricityWeight = 0;

  constructor(options: StreamingMixtureOptions) {
    this.#options = options;
    this.#sample = new Float32Array(options.dimension * FIRST_ROWS_KEPT);
    this.#nextFit = options.firstFitCalls;
  }

  /** Undefined until there were calls enough. */
  get mixture(): GaussianMixture | undefined {
    return this.#mixture;
  }

  /** Whether the mixture comes from a fit, rather than from the moments of the first calls. */
  get fitted(): boolean {
    return this.#fitted;
  }

  get scale(): SurpriseScale {
    return this.#scale;
  }

  /**
   * The usual eccentricity of a size: 0 where the mixture describes it perfectly, -1.1 where it never
   * varies. What is left after taking it away does not depend on which operations are called.
   */
  usualEccentricity(size: number): number {
    return (this.#eccentricities[size] ?? NaN) / this.#eccentricityWeight;
  }

  /** Calls learned, by what is left of them now. */
  calls(current: number): number {
    return this.#weight / current;
  }

  /** Shares of the clusters as learned and among the last calls; undefined until there is a mixture. */
  shares():
    { readonly learned: readonly number[]; readonly recent: readonly number[] } | undefined {
    if (this.#mixture === undefined) return undefined;
    return { learned: Array.from(this.#mixture.weights), recent: Array.from(this.#recent) };
  }

  /**
   * `row` is finite and has `dimension` values. `shares` (of each component in it), `surpriseBits`
   * and the eccentricities of its sizes are what the mixture says of it; not looked at when there is none.
   */
  learn(
    row: Float64Array,
    shares: Float64Array,
    surpriseBits: number,
    eccentric: Float64Array,
    weight: number,
    current: number,
  ): void {
    this.#calls += 1;
    this.#weight += weight;
    this.#keep(row, current);
    const mixture = this.#mixture;
    if (mixture === undefined || this.#statistics === undefined) {
      if (this.#calls >= this.#nextFit) this.#beginWithMoments();
      return;
    }
    this.#statistics.add(row, 0, shares, weight);
    this.#scale.learn(surpriseBits, weight);
    this.#learnEccentricities(eccentric, weight);
    for (let k = 0; k < mixture.components; k += 1) {
      const recent = this.#recent[k] ?? 0;
      this.#recent[k] = recent + RECENT_GAIN * ((shares[k] ?? 0) - recent);
    }
    if (this.#calls % UPDATE_CALLS === 0) {
      this.#mixture = this.#statistics.mixture(current) ?? mixture;
    }
  }

  get isFitDue(): boolean {
    return this.#calls >= this.#nextFit && this.#kept > 1;
  }

  /** What to fit from. Asking takes it: the next fit is due when as many calls again have come. */
  takeSample(): { readonly askedAtCalls: number; readonly rows: Float64Array } {
    const { firstFitCalls } = this.#options;
    this.#askedAtCalls = this.#calls;
    this.#nextFit =
      this.#calls + Math.min(Math.max(firstFitCalls, this.#calls), MAX_CALLS_BETWEEN_FITS);
    return { askedAtCalls: this.#calls, rows: this.#rows() };
  }

  /** Takes no notice of a fit that is not the one that was asked for last. */
  adopt(askedAtCalls: number, parameters: MixtureParameters): void {
    if (askedAtCalls !== this.#askedAtCalls || this.#askedAtCalls === 0) return;
    this.#askedAtCalls = 0;
    this.#fitted = true;
    this.#begin(new GaussianMixture(parameters), this.#rows());
  }

  rescale(factor: number): void {
    this.#weight *= factor;
    this.#scale.rescale(factor);
    this.#statistics?.rescale(factor);
    this.#eccentricityWeight *= factor;
    for (let size = 0; size < MAX_SIZES; size += 1) {
      this.#eccentricities[size] = (this.#eccentricities[size] ?? 0) * factor;
    }
    if (this.#weight === 0) {
      this.#statistics = undefined;
      this.#mixture = undefined;
      this.#fitted = false;
      this.#kept = 0;
      this.#askedAtCalls = 0;
      this.#nextFit = this.#calls + this.#options.firstFitCalls;
    }
  }

  snapshot(): Json {
    return {
      calls: this.#calls,
      weight: this.#weight,
      nextFit: this.#nextFit,
      askedAtCalls: this.#askedAtCalls,
      fitted: this.#fitted,
      sample: encodeFloats(this.#sample.slice(0, this.#kept * this.#options.dimension)),
      mixture: this.#mixture?.snapshot() ?? null,
      statistics: this.#statistics?.snapshot() ?? null,
      recent: encodeFloats(this.#recent),
      eccentricities: encodeFloats(this.#eccentricities),
      eccentricityWeight: this.#eccentricityWeight,
      scale: this.#scale.snapshot(),
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const { dimension, sampleCalls } = this.#options;
    const calls = reader.field("calls").count();
    const weight = reader.field("weight").nonNegative();
    const nextFit = reader.field("nextFit").count();
    const askedAtCalls = reader.field("askedAtCalls").count();
    const fitted = reader.field("fitted").boolean();
    const sample = reader.field("sample").float32s();
    if (sample.length % dimension !== 0 || sample.length > sampleCalls * dimension) {
      reader.field("sample").refuse(`up to ${sampleCalls} rows of ${dimension}`);
    }
    if (!sample.every(Number.isFinite)) reader.field("sample").refuse("finite numbers");
    const isBegun = !reader.field("mixture").isNull;
    const mixture = isBegun ? GaussianMixture.restore(reader.field("mixture")) : undefined;
    if (mixture !== undefined && mixture.dimension !== dimension) {
      reader.field("mixture").refuse(`${dimension} dimensions`);
    }
    const components = mixture?.components ?? 0;
    const statistics = isBegun
      ? MixtureStatistics.restore(reader.field("statistics"), components, dimension)
      : undefined;
    const recent = reader.field("recent").float64s(components);
    const eccentric = reader.field("eccentricities").float64s(MAX_SIZES);
    const eccentricityWeight = reader.field("eccentricityWeight").nonNegative();
    const scale = SurpriseScale.restore(reader.field("scale"));
    this.#calls = calls;
    this.#weight = weight;
    this.#nextFit = nextFit;
    this.#askedAtCalls = askedAtCalls;
    this.#fitted = fitted;
    this.#sample = sample;
    this.#kept = sample.length / dimension;
    this.#mixture = mixture;
    this.#statistics = statistics;
    this.#recent = recent;
    this.#eccentricities = eccentric;
    this.#eccentricityWeight = eccentricityWeight;
    this.#scale = scale;
  }

  /**
   * While there is room every call is kept; then one of as many calls as the sample stands for replaces
   * one at random, so that the sample forgets about as fast as the weights do (Aggarwal, "On Biased
   * Reservoir Sampling in the Presence of Stream Evolution", VLDB 2006).
   */
  #keep(row: Float64Array, current: number): void {
    const { dimension, sampleCalls, seed } = this.#options;
    if (this.#kept < sampleCalls) {
      const end = (this.#kept + 1) * dimension;
      if (end > this.#sample.length) {
        const grown = new Float32Array(Math.min(2 * end, sampleCalls * dimension));
        grown.set(this.#sample);
        this.#sample = grown;
      }
      this.#sample.set(row, this.#kept * dimension);
      this.#kept += 1;
      return;
    }
    const stride = Math.max(1, Math.floor(this.calls(current) / sampleCalls));
    if (this.#calls % stride !== 0) return;
    const slot = Math.floor(seededRandom(seed + this.#calls)() * sampleCalls);
    this.#sample.set(row, slot * dimension);
  }

  #learnEccentricities(eccentric: Float64Array, weight: number): void {
    this.#eccentricityWeight += weight;
    for (let size = 0; size < this.#options.sizes; size += 1) {
      this.#eccentricities[size] =
        (this.#eccentricities[size] ?? 0) + weight * (eccentric[size] ?? NaN);
    }
  }

  #rows(): Float64Array {
    return Float64Array.from(this.#sample.subarray(0, this.#kept * this.#options.dimension));
  }

  /** One component needs no search: the fit is a pass over the rows. */
  #beginWithMoments(): void {
    const { dimension, seed, deviationFloor } = this.#options;
    const rows = this.#rows();
    const fitted = fitMixture(rows, dimension, { seed, deviationFloor, maxComponents: 1 });
    if (fitted.status === "ready") this.#begin(fitted.value.mixture, rows);
  }

  #begin(mixture: GaussianMixture, rows: Float64Array): void {
    const { dimension, sizes, deviationFloor } = this.#options;
    const count = rows.length / dimension;
    const prior = CovariancePrior.ofRows(rows, count, dimension, deviationFloor);
    const statistics = new MixtureStatistics(mixture.components, dimension, prior);
    const shares = new Float64Array(mixture.components);
    const eccentric = new Float64Array(MAX_SIZES);
    const weight = this.#weight / count;
    this.#eccentricities.fill(0);
    this.#eccentricityWeight = 0;
    for (let row = 0; row < count; row += 1) {
      mixture.respond(rows, row * dimension, shares, 0);
      statistics.add(rows, row * dimension, shares, weight);
      eccentricities(mixture, sizes, rows, row * dimension, eccentric);
      this.#learnEccentricities(eccentric, weight);
    }
    this.#mixture = mixture;
    this.#statistics = statistics;
    // The clusters are others now, and nothing recent is known of them.
    this.#recent = Float64Array.from(mixture.weights);
  }
}
