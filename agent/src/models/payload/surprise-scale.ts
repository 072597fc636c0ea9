import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/** Half bits from -16 to 48: finer differences say nothing, and what is beyond is all the same. */
const BIN_BITS = 0.5;
const LOWEST_BITS = -16;
const BINS = 128;
/** Quantiles are looked up again every so many values: a lookup passes all bins. */
const REFRESH_VALUES = 64;
const HIGH_QUANTILE = 0.99;
const TAIL_QUANTILE = 0.95;
const QUANTILES = [0.5, TAIL_QUANTILE, HIGH_QUANTILE];
/** Scratch space of a lookup. */
const found = new Float64Array(QUANTILES.length);
/**
 * Spreads below a bit are taken for a bit: where nothing ever varied, the smallest novelty would else be
 * infinitely far out.
 */
const LEAST_SPREAD_BITS = 1;
/** An exponential tail falls by this many means between its 95% and 99% quantiles. */
const TAIL_MEANS = Math.log((1 - TAIL_QUANTILE) / (1 - HIGH_QUANTILE));

/**
 * What values of surprise are usual: a histogram with forgetting. Puts surprises of different kinds on
 * one scale, 0 at the median and 1 at the 99% quantile, and says how rare a value is.
 */
export class SurpriseScale {
  readonly #bins = new Float32Array(BINS);
  #weight = 0;
  #values = 0;
  #median = 0;
  #tail = 0;
  #high = 0;

  /** `weight` is on the scale of a `ForgettingWeight`. */
  learn(bits: number, weight: number): void {
    const bin = binOf(bits);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + weight;
    this.#weight += weight;
    this.#values += 1;
    if (this.#values <= REFRESH_VALUES || this.#values % REFRESH_VALUES === 0) this.#refresh();
  }

  /** The number of values learned, forgotten ones too. */
  get values(): number {
    return this.#values;
  }

  /** 0 at the median or below it, 1 at the 99% quantile; 0 before anything was learned. */
  normalized(bits: number): number {
    if (this.#values === 0) return 0;
    return (
      Math.max(0, bits - this.#median) / Math.max(LEAST_SPREAD_BITS, this.#high - this.#median)
    );
  }

  /**
   * The share of values that are this surprising or more, in (0, 1]. Above the 95% quantile the tail is
   * taken for exponential, as peaks over a threshold are to first order (Pickands, 1975), so that it can
   * be told how rare a value is that never came.
   */
  tailProbability(bits: number): number {
    if (this.#values === 0) return 1;
    if (bits > this.#tail) {
      const meanExcess = Math.max(BIN_BITS, (this.#high - this.#tail) / TAIL_MEANS);
      return (1 - TAIL_QUANTILE) * Math.exp(-(bits - this.#tail) / meanExcess);
    }
    const position = (bits - LOWEST_BITS) / BIN_BITS;
    const bin = binOf(bits);
    let above = 0;
    for (let i = bin + 1; i < BINS; i += 1) above += this.#bins[i] ?? 0;
    const within = Math.min(1, Math.max(0, bin + 1 - position)) * (this.#bins[bin] ?? 0);
    return Math.min(1, Math.max(1 - TAIL_QUANTILE, (above + within) / this.#weight));
  }

  /** Whether values this surprising or more are rarer than a share of at most 5%; passes no bins. */
  isRarer(bits: number, share: number): boolean {
    return bits > this.#tail && this.tailProbability(bits) < share;
  }

  /** Multiplies all weights, as a `ForgettingWeight` asks for. */
  rescale(factor: number): void {
    let weight = 0;
    for (let i = 0; i < BINS; i += 1) {
      const scaled = Math.fround((this.#bins[i] ?? 0) * factor);
      this.#bins[i] = scaled;
      weight += scaled;
    }
    this.#weight = weight;
    if (weight === 0) this.#values = 0;
  }

  snapshot(): Json {
    // Most bins are empty: only those from the first to the last that is not are kept.
    const first = Math.max(
      0,
      this.#bins.findIndex((weight) => weight > 0),
    );
    const last = this.#bins.findLastIndex((weight) => weight > 0);
    return [
      this.#values,
      this.#weight,
      this.#median,
      this.#tail,
      this.#high,
      first,
      encodeFloats(this.#bins.subarray(first, last + 1)),
    ];
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader): SurpriseScale {
    const [values, weight, median, tail, high, first, bins] = reader.tuple(7);
    const scale = new SurpriseScale();
    scale.#values = (values ?? reader).count();
    scale.#weight = (weight ?? reader).nonNegative();
    scale.#median = (median ?? reader).number();
    scale.#tail = (tail ?? reader).number();
    scale.#high = (high ?? reader).number();
    const weights = (bins ?? reader).float32s();
    const firstBin = (first ?? reader).count();
    if (firstBin + weights.length > BINS) (bins ?? reader).refuse(`at most ${BINS} bins`);
    if (!weights.every((bin) => bin >= 0 && bin < Infinity)) (bins ?? reader).refuse("weights");
    scale.#bins.set(weights, firstBin);
    return scale;
  }

  #refresh(): void {
    let below = 0;
    let next = 0;
    for (let bin = 0; bin < BINS && next < QUANTILES.length; bin += 1) {
      const weight = this.#bins[bin] ?? 0;
      if (weight === 0) continue;
      while (next < QUANTILES.length) {
        const missing = (QUANTILES[next] ?? 1) * this.#weight - below;
        if (missing > weight) break;
        found[next] = LOWEST_BITS + (bin + Math.max(0, missing / weight)) * BIN_BITS;
        next += 1;
      }
      below += weight;
    }
    // Rounding of single-precision bins may leave the last quantile above their sum.
    for (; next < QUANTILES.length; next += 1) {
      found[next] = found[next - 1] ?? 0;
    }
    this.#median = found[0] ?? 0;
    this.#tail = found[1] ?? 0;
    this.#high = found[2] ?? 0;
  }
}

function binOf(bits: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor((bits - LOWEST_BITS) / BIN_BITS)));
}
