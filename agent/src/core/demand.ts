import type { ModelResult } from "./model.js";

/** The load of each of the next steps, each as a distribution over a few nodes. */
export interface DemandForecast {
  /** End of the last step it rests on, seconds since the Unix epoch. */
  readonly originSeconds: number;
  readonly stepSeconds: number;
  /** Steps 1..horizons ahead. */
  readonly horizons: number;
  /** Probability of each node, a ratio; they add up to 1. */
  readonly shares: Float64Array;
  /**
   * Calls per second, [horizons][nodes], ascending within a horizon, none negative. Written anew at each
   * step: it is not kept.
   */
  readonly rates: Float64Array;
}

/** Forecasts the load of one workload as distributions. One observation a step. */
export interface DemandForecaster {
  /** `undefined` is a gap: an outage is not demand, and is not learned from. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void;
  forecast(): ModelResult<DemandForecast>;
}
