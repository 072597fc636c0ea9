import { SortedWindow } from "./sorted-window.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import type { Json } from "../../core/index.js";

/** Two weeks of samples of 5 minutes. */
const REMEMBERED = 4000;
/** Beyond this quantile the tail is described by its shape: it is where data become rare. */
const TAIL_START = 0.95;
/** Samples between two looks at the shape of the tail; it changes slowly. */
const REFIT_EVERY = 25;
/** Before so many deviations the tail has fewer than five members. */
const MINIMUM_DEVIATIONS = 100;
/** By moments the shape can't exceed 1/2; negative ones would say that nothing larger can come. */
const MAXIMUM_SHAPE = 0.5;

/** A surprise is at most this, as -log10 of a probability: 1 in 100,000 samples is a year of 5 minutes. */
export const SURPRISE_CAP = 5;

/**
 * How rare a deviation is among the recent ones: below the 95% quantile by rank, above it by a generalized
 * Pareto distribution fitted to the excesses by moments (peaks over threshold, Pickands 1975; moments:
 * Hosking and Wallis 1987).
 */
export class DeviationTail {
  readonly #deviations = new SortedWindow(REMEMBERED);
  #untilRefit = 0;
  #start = NaN;
  #shape = 0;
  #scale = 0;

  /** -log10 of the probability of a deviation at least this large, from 0 to 5; NaN before 100 of them. */
  surprise(deviation: number): number {
    const size = this.#deviations.size;
    if (size < MINIMUM_DEVIATIONS || Number.isNaN(deviation)) return NaN;
    if (!(deviation > this.#start)) {
      // One more than there are, so that a value among the largest is not impossible.
      const atLeast = size - this.#deviations.countBelow(deviation);
      return Math.min(SURPRISE_CAP, -Math.log10((atLeast + 1) / (size + 1)));
    }
    const survival = this.#survival(deviation - this.#start) * (1 - TAIL_START);
    return Math.min(SURPRISE_CAP, -Math.log10(survival));
  }

  learn(deviation: number): void {
    if (!Number.isFinite(deviation)) return;
    this.#deviations.add(deviation);
    this.#untilRefit -= 1;
    if (this.#untilRefit <= 0 && this.#deviations.size >= MINIMUM_DEVIATIONS) this.#refit();
  }

  snapshot(): Json {
    return {
      deviations: encodeFloats(this.#deviations.values()),
      untilRefit: this.#untilRefit,
      tail: encodeFloats(Float64Array.of(this.#start, this.#shape, this.#scale)),
    };
  }

  restore(reader: SnapshotReader): void {
    const deviations = reader.field("deviations").float64s();
    const untilRefit = reader.field("untilRefit").number();
    const [start = NaN, shape = 0, scale = 0] = reader.field("tail").float64s(3);
    this.#deviations.clear();
    for (const deviation of deviations) this.#deviations.add(deviation);
    this.#untilRefit = untilRefit;
    this.#start = start;
    this.#shape = shape;
    this.#scale = scale;
  }

  #survival(excess: number): number {
    if (!(this.#scale > 0)) return 0;
    if (this.#shape === 0) return Math.exp(-excess / this.#scale);
    return (1 + (this.#shape * excess) / this.#scale) ** (-1 / this.#shape);
  }

  #refit(): void {
    this.#untilRefit = REFIT_EVERY;
    const size = this.#deviations.size;
    const first = Math.ceil(TAIL_START * size);
    this.#start = this.#deviations.at(first - 1);
    let sum = 0;
    let squares = 0;
    for (let rank = first; rank < size; rank += 1) {
      const excess = this.#deviations.at(rank) - this.#start;
      sum += excess;
      squares += excess * excess;
    }
    const count = size - first;
    const mean = sum / count;
    const variance = squares / count - mean * mean;
    // mean = scale / (1 - shape), variance = scale^2 / ((1 - shape)^2 (1 - 2 shape))
    const ratio = variance > 0 ? (mean * mean) / variance : Infinity;
    this.#shape = Math.min(MAXIMUM_SHAPE, Math.max(0, (1 - ratio) / 2));
    this.#scale = mean * (1 - this.#shape);
  }
}
