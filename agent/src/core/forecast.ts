import type { FitJob, FitResult } from "./fit.js";
import type { Json, ModelResult } from "./model.js";

/** A forecast of calls per second for one moment ahead. lower <= point <= upper, all >= 0. */
export interface ForecastPoint {
  readonly horizonSeconds: number;
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
  /** The candidate with the smallest rolling error, which weighs most in the point. */
  readonly chosen: string;
}

export interface VolumeForecast {
  /** End of the last window the forecast rests on, seconds since the Unix epoch. */
  readonly originSeconds: number;
  /** Nominal coverage of [lower, upper], a ratio. */
  readonly level: number;
  readonly points: readonly ForecastPoint[];
}

/** Rolling quality of what was forecast, per horizon, from forecasts whose target has come. */
export interface ForecastQuality {
  readonly horizonSeconds: number;
  readonly scored: number;
  /** Share of targets inside their interval. */
  readonly coverageRatio: number;
  /** Root mean squared error over that of a baseline of the same targets: below 1 is better. */
  readonly errorRatio: { readonly naive: number; readonly seasonal_naive: number | undefined };
}

/** A forecast of one operation's calls per second. lower <= point <= upper, all >= 0. */
export interface OperationRate {
  /** `{other}`: those without a forecast of their own. */
  readonly operation: string;
  /** Of all calls, in [0, 1]; the shares of a horizon add up to 1. */
  readonly share: number;
  /** The points of a horizon add up to that of the total load. */
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
}

export interface OperationForecastPoint {
  readonly horizonSeconds: number;
  readonly operations: readonly OperationRate[];
  /** What each candidate counts for in the shares, by name; they add up to 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Share of past rates of all operations inside their interval; undefined before the first was scored. */
  readonly coverageRatio: number | undefined;
}

/** The forecast of the total load, divided among the operations. */
export interface OperationForecast {
  /** End of the last window the forecast rests on, seconds since the Unix epoch. */
  readonly originSeconds: number;
  /** Nominal coverage of [lower, upper], a ratio. */
  readonly level: number;
  readonly points: readonly OperationForecastPoint[];
}

/** What the sessions that go on, and new ones, are about to do. */
export interface SequenceOutlook {
  /** Shares of the calls so many seconds ahead, by operation; undefined where it can't say. */
  expectedMix(secondsAhead: number): ReadonlyMap<string, number> | undefined;
}

/** How much of the load's ups and downs one season explains. */
export interface SeasonStrength {
  /** `hour`, `half_day`, `day` or `week`. */
  readonly season: string;
  readonly seconds: number;
  /** Share of the squared error that knowing it saves beyond shorter seasons; 0 when it is none. */
  readonly strength: number;
}

/**
 * Forecasts the calls per second of one workload, one observation a window. Several candidates run
 * side by side; per horizon the point is their mean, weighed by their rolling errors.
 */
export interface VolumeModel {
  /** One closed window. `undefined` is a gap (an outage is not demand): it is not learned from. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void;
  forecast(): ModelResult<VolumeForecast>;
  /** The next fit that is due, or undefined. Asking takes it: it is due once. */
  dueFit(): FitJob | undefined;
  /** Takes no notice of a fit that failed, or that is not the one that was asked for last. */
  adopt(result: FitResult): void;
  quality(): readonly ForecastQuality[];
  /** Of each season that it looks for and has watched long enough. */
  seasons(): readonly SeasonStrength[];
  snapshot(): Json;
  restore(snapshot: Json): void;
}
