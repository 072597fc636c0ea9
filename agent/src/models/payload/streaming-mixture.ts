import { encodeFloats, seededRandom, type Json, type SnapshotReader } from "../../core/index.js";
import { CovariancePrior } from "./covariance-prior.js";
import { GaussianMixture } from "./gaussian-mixture.js";
import { fitMixture } from "./mixture-fit.js";
import { MixtureStatistics } from "./mixture-statistics.js";
import { SurpriseScale } from "./surprise-scale.js";

/** Between two fits at most this many calls, from the first fit on twice as many each time. */
const MAX_CALLS_BETWEEN_FITS = 4096;
/** The mixture follows its statistics every so many calls: a few Cholesky factors of small matrices. */
const UPDATE_CALLS = 32;
/** Recent shares of clusters forget half in 45 calls, to be held against the learned ones. */
const RECENT_GAIN = 1 / 64;

export interface StreamingMixtureOptions {
  readonly dimension: number;
  readonly seed: number;
  /** Calls before the first fit. */
  readonly firstFitCalls: number;
  /** Calls kept to fit from. */
  readonly sampleCalls: number;
  readonly maxComponents: number;
  /** The least standard deviation within a component, in the unit of the values. */
  readonly deviationFloor: number;
}

/**
 * A Gaussian mixture that follows a stream: fitted to a sample in which older calls grow rarer, and in
 * between carried on call by call by online expectation maximization (Cappe and Moulines, "Online
 * Expectation-Maximization Algorithm for Latent Data Models", Journal of the Royal Statistical Society B
 * 71(3), 2009) with forgetting. Weights are on the scale of a `ForgettingWeight` that the caller keeps.
 * A fit is bounded by the sample, and happens inline.
 */
export class StreamingMixture {
  readonly #options: StreamingMixtureOptions;
  /** Rows of `dimension`; single precision is more than sizes need. */
  #sample: Float32Array;
  #calls = 0;
  #weight = 0;
  #nextFit: number;
  #statistics: MixtureStatistics | undefined;
  #mixture: GaussianMixture | undefined;
  #recent: Float64Array = new Float64Array(0);
  #scale = new SurpriseScale();

  constructor(options: StreamingMixtureOptions) {
    this.#options = options;
    this.#sample = new Float32Array(0);
    this.#nextFit = options.firstFitCalls;
  }

  /** Undefined until it was fitted. */
  get mixture(): GaussianMixture | undefined {
    return this.#mixture;
  }

  get scale(): SurpriseScale {
    return this.#scale;
  }

  /** Calls learned, by what is left of them now. */
  calls(current: number): number {
    return this.#weight / current;
  }

  /** Shares of the clusters as learned and among the last calls; undefined until it was fitted. */
  shares():
    { readonly learned: readonly number[]; readonly recent: readonly number[] } | undefined {
    if (this.#mixture === undefined) return undefined;
    return { learned: Array.from(this.#mixture.weights), recent: Array.from(this.#recent) };
  }

  /** `row` is finite and has `dimension` values. */
  learn(row: Float64Array, weight: number, current: number): void {
    this.#calls += 1;
    this.#weight += weight;
    this.#keep(row, current);
    const mixture = this.#mixture;
    if (mixture !== undefined && this.#statistics !== undefined) {
      const shares = new Float64Array(mixture.components);
      mixture.respond(row, 0, shares, 0);
      this.#statistics.add(row, 0, shares, weight);
      this.#scale.learn(mixture.outlierScore(row) / Math.LN2, weight);
      shares.forEach((share, k) => {
        const recent = this.#recent[k] ?? 0;
        this.#recent[k] = recent + RECENT_GAIN * (share - recent);
      });
      if (this.#calls % UPDATE_CALLS === 0) {
        this.#mixture = this.#statistics.mixture(current) ?? mixture;
      }
    }
    if (this.#calls >= this.#nextFit) this.#fit();
  }

  rescale(factor: number): void {
    this.#weight *= factor;
    this.#scale.rescale(factor);
    this.#statistics?.rescale(factor);
    if (this.#weight === 0) {
      this.#statistics = undefined;
      this.#mixture = undefined;
      this.#nextFit = this.#calls + this.#options.firstFitCalls;
    }
  }

  snapshot(): Json {
    return {
      calls: this.#calls,
      weight: this.#weight,
      nextFit: this.#nextFit,
      sample: encodeFloats(this.#sample),
      mixture: this.#mixture?.snapshot() ?? null,
      statistics: this.#statistics?.snapshot() ?? null,
      recent: encodeFloats(this.#recent),
      scale: this.#scale.snapshot(),
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const { dimension, sampleCalls } = this.#options;
    const calls = reader.field("calls").count();
    const weight = reader.field("weight").nonNegative();
    const nextFit = reader.field("nextFit").count();
    const sample = reader.field("sample").float32s();
    if (sample.length % dimension !== 0 || sample.length > sampleCalls * dimension) {
      reader.field("sample").refuse(`up to ${sampleCalls} rows of ${dimension}`);
    }
    if (!sample.every(Number.isFinite)) reader.field("sample").refuse("finite numbers");
    const isFitted = !reader.field("mixture").isNull;
    const mixture = isFitted ? GaussianMixture.restore(reader.field("mixture")) : undefined;
    if (mixture !== undefined && mixture.dimension !== dimension) {
      reader.field("mixture").refuse(`${dimension} dimensions`);
    }
    const components = mixture?.components ?? 0;
    const statistics = isFitted
      ? MixtureStatistics.restore(reader.field("statistics"), components, dimension)
      : undefined;
    const recent = reader.field("recent").float64s(components);
    const scale = SurpriseScale.restore(reader.field("scale"));
    this.#calls = calls;
    this.#weight = weight;
    this.#nextFit = nextFit;
    this.#sample = sample;
    this.#mixture = mixture;
    this.#statistics = statistics;
    this.#recent = recent;
    this.#scale = scale;
  }

  /**
   * While there is room every call is kept; then one of as many calls as the sample stands for replaces
   * one at random, so that the sample forgets about as fast as the weights do (Aggarwal, "On Biased
   * Reservoir Sampling in the Presence of Stream Evolution", VLDB 2006).
   */
  #keep(row: Float64Array, current: number): void {
    const { dimension, sampleCalls, seed } = this.#options;
    const kept = this.#sample.length / dimension;
    if (kept < sampleCalls) {
      const grown = new Float32Array(this.#sample.length + dimension);
      grown.set(this.#sample);
      grown.set(row, this.#sample.length);
      this.#sample = grown;
      return;
    }
    const stride = Math.max(1, Math.floor(this.calls(current) / sampleCalls));
    if (this.#calls % stride !== 0) return;
    const slot = Math.floor(seededRandom(seed + this.#calls)() * sampleCalls);
    this.#sample.set(row, slot * dimension);
  }

  #fit(): void {
    const { dimension, firstFitCalls, ...options } = this.#options;
    this.#nextFit =
      this.#calls + Math.min(Math.max(firstFitCalls, this.#calls), MAX_CALLS_BETWEEN_FITS);
    const rows = Float64Array.from(this.#sample);
    const fitted = fitMixture(rows, dimension, options);
    // What can't be fitted leaves the mixture before it in its place.
    if (fitted.status !== "ready") return;
    const { mixture } = fitted.value;
    const count = rows.length / dimension;
    const prior = CovariancePrior.ofRows(rows, count, dimension, options.deviationFloor);
    const statistics = new MixtureStatistics(mixture.components, dimension, prior);
    const shares = new Float64Array(mixture.components);
    for (let row = 0; row < count; row += 1) {
      mixture.respond(rows, row * dimension, shares, 0);
      statistics.add(rows, row * dimension, shares, this.#weight / count);
    }
    this.#mixture = mixture;
    this.#statistics = statistics;
    // The clusters are others now, and nothing recent is known of them.
    this.#recent = Float64Array.from(mixture.weights);
  }
}
