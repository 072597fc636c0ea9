import type { ForecastQuality, Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** A forecast beside what came and what the baselines had said; NaN where there was none. */
export interface ScoredForecast {
  readonly target: number;
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
  readonly naive: number;
  readonly seasonalNaive: number;
}

const FIELDS = 8;

/** Coverage and error ratios of what was said, exponentially discounted. */
export class RollingQuality {
  readonly #discount: number;
  /**
   * Scored forecasts; weight and hits of intervals; weight, own and naive squares; own and seasonal
   * squares where there was a seasonal forecast.
   */
  readonly #sums = new Float64Array(FIELDS);

  constructor(halfLifeTargets: number) {
    this.#discount = 2 ** (-1 / halfLifeTargets);
  }

  /** Only what was said with an interval counts. */
  score(scored: ScoredForecast): void {
    const { target, lower, upper } = scored;
    if (lower !== lower) return;
    const own = (scored.point - target) ** 2;
    const naive = (scored.naive - target) ** 2;
    const seasonal = (scored.seasonalNaive - target) ** 2;
    const sums = this.#sums;
    sums[0] = (sums[0] ?? 0) + 1;
    this.#add(1, 1);
    this.#add(2, target >= lower && target <= upper ? 1 : 0);
    this.#add(3, own);
    this.#add(4, naive);
    if (seasonal !== seasonal) return;
    this.#add(5, 1);
    this.#add(6, own);
    this.#add(7, seasonal);
  }

  /** Undefined before the first forecast with an interval was scored. */
  summary(horizonSeconds: number): ForecastQuality | undefined {
    const [scored = 0, weight = 0, hits = 0, own = 0, naive = 0] = this.#sums;
    const [seasonalWeight = 0, ownSeasonal = 0, seasonal = 0] = this.#sums.subarray(5);
    if (scored === 0) return undefined;
    return {
      horizonSeconds,
      scored,
      coverageRatio: hits / weight,
      errorRatio: {
        naive: ratio(own, naive),
        seasonal_naive: seasonalWeight > 0 ? ratio(ownSeasonal, seasonal) : undefined,
      },
    };
  }

  snapshot(): Json {
    return encodeFloats(this.#sums);
  }

  restore(reader: SnapshotReader): void {
    const sums = reader.float64s(FIELDS);
    if (!sums.every((sum) => sum >= 0 && sum < Infinity))
      reader.refuse("sums that are not negative");
    this.#sums.set(sums);
  }

  #add(field: number, value: number): void {
    this.#sums[field] = (this.#sums[field] ?? 0) * this.#discount + value;
  }
}

/** Of root mean squares. Two that are never wrong are equally good. */
function ratio(own: number, baseline: number): number {
  return own === baseline ? 1 : Math.sqrt(own / baseline);
}
