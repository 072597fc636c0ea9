import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { ExpertWeights } from "../volume/expert-weights.js";
import { NODES, ResidualNodes } from "./residual-nodes.js";
import { VarianceRegression } from "./variance-regression.js";

/** What the variance rests on: 1, the level, its square, the square of the movement, recent errors. */
export const RECENT_ERROR_FEATURES = 3;
const FEATURES = 4 + RECENT_ERROR_FEATURES;
/** Before anything is learned: that of counts, and half of what the errors of the last quarter hour were. */
const START_WEIGHTS: readonly number[] = [0.5, 1, 0, 0, 0, 0.5, 0];
/** A count below one scatters no less than a count of one half. */
const MIN_VARIANCE = 0.5;
const SECONDS_PER_DAY = 86_400;
/** Half-life of what the variance is learned from: some days of every time of day. */
const VARIANCE_HALF_LIFE_SECONDS = 7 * SECONDS_PER_DAY;
/** Variances and quantiles are renewed four times a day. */
const RENEWAL_SECONDS = 6 * 3600;
const RESIDUAL_SECONDS = 14 * SECONDS_PER_DAY;
/** Half-life of the spread of the busiest tenth of the time, in steps of that tenth: two weeks of minutes. */
const BUSY_HALF_LIFE_SECONDS = 1.4 * SECONDS_PER_DAY;
/** Before so many steps of the busiest tenth nothing is said of them. */
const MIN_BUSY_STEPS = 30;

/** What a horizon keeps of a forecast until its target has come, after the experts and the features. */
const ORIGIN = 0;
const POINT = 1;
const VARIANCE = 2;
const IS_BUSY = 3;
const SAID_FIELDS = 4;

/** Counts a step. */
export interface DemandOrigin {
  readonly index: number;
  readonly current: number;
  /** Mean squared one-step errors over a few pasts. */
  readonly recentErrors: Float64Array;
  /** The load is among the busiest tenth above this. */
  readonly busyLevel: number;
}

export interface DemandHorizonOptions {
  readonly stepSeconds: number;
  /** Steps ahead. */
  readonly horizon: number;
  readonly experts: number;
}

/**
 * The distribution of the load so many steps ahead: the experts' forecasts by how well they did lately,
 * a variance that knows level, movement and recent errors, and the residuals as they were distributed. In
 * the busiest tenth of the time the spread is at least what it was there before, relative to the load: a
 * first big crowd is not taken for a large quiet day. All in counts a step.
 */
export class DemandHorizon {
  readonly #options: DemandHorizonOptions;
  readonly #weights: ExpertWeights;
  readonly #variance: VarianceRegression;
  readonly #residuals: ResidualNodes;
  /** Rows of one forecast each: the experts, the features, and what was said. */
  readonly #waiting: Float64Array;
  readonly #rowLength: number;
  readonly #busyDiscount: number;
  readonly #renewalSteps: number;
  #busySteps = 0;
  #busySquares = 0;
  #point = 0;
  #deviation = 0;

  constructor(options: DemandHorizonOptions) {
    const { stepSeconds, horizon, experts } = options;
    this.#options = options;
    this.#weights = new ExpertWeights(experts, stepSeconds, horizon);
    this.#variance = new VarianceRegression(
      START_WEIGHTS,
      VARIANCE_HALF_LIFE_SECONDS / stepSeconds,
    );
    this.#renewalSteps = Math.max(1, Math.round(RENEWAL_SECONDS / stepSeconds));
    this.#residuals = new ResidualNodes(
      Math.round(RESIDUAL_SECONDS / stepSeconds),
      this.#renewalSteps,
    );
    this.#busyDiscount = 2 ** (-stepSeconds / BUSY_HALF_LIFE_SECONDS);
    this.#rowLength = experts + FEATURES + SAID_FIELDS;
    this.#waiting = new Float64Array(horizon * this.#rowLength).fill(NaN);
  }

  /** The load at step `index` has come; answers the error of the forecast of it, NaN without one. */
  score(index: number, count: number): number {
    const origin = index - this.#options.horizon;
    const row = this.#row(origin);
    const features = row + this.#options.experts;
    const said = features + FEATURES;
    const waiting = this.#waiting;
    // All horizons at once would be a pause: each has its own step to renew at.
    if ((index + this.#options.horizon) % this.#renewalSteps === 0) this.#variance.solve();
    if (waiting[said + ORIGIN] !== origin) return NaN;
    const point = waiting[said + POINT] ?? 0;
    const variance = waiting[said + VARIANCE] ?? MIN_VARIANCE;
    const error = count - point;
    this.#weights.score(waiting, row, count);
    this.#residuals.learn(error / Math.sqrt(variance));
    this.#variance.learn(
      waiting,
      features,
      error * error,
      Math.max(MIN_VARIANCE, this.#variance.predict(waiting, features)),
    );
    if (waiting[said + IS_BUSY] === 1) {
      this.#busySteps = this.#busySteps * this.#busyDiscount + 1;
      this.#busySquares = this.#busySquares * this.#busyDiscount + (error / point) ** 2;
    }
    waiting[said + ORIGIN] = NaN;
    return error;
  }

  /**
   * Forecasts from `origin`: `experts` holds one finite count of each, the first of which knows of no event
   * and gets `eventChange` added; no point is above `cap`.
   */
  forecast(origin: DemandOrigin, experts: Float64Array, eventChange: number, cap: number): void {
    const { index, current, recentErrors, busyLevel } = origin;
    const row = this.#row(index);
    const features = row + this.#options.experts;
    const said = features + FEATURES;
    const waiting = this.#waiting;
    waiting.set(experts, row);
    const point = Math.min(cap, Math.max(0, this.#weights.combine(experts, eventChange)));
    const movement = point - current;
    waiting[features] = 1;
    waiting[features + 1] = point;
    waiting[features + 2] = point * point;
    waiting[features + 3] = movement * movement;
    waiting.set(recentErrors, features + 4);
    const isBusy = point > busyLevel;
    let variance = Math.max(MIN_VARIANCE, this.#variance.predict(waiting, features));
    if (isBusy && this.#busySteps >= MIN_BUSY_STEPS) {
      variance = Math.max(variance, (this.#busySquares / this.#busySteps) * point * point);
    }
    waiting[said + ORIGIN] = index;
    waiting[said + POINT] = point;
    waiting[said + VARIANCE] = variance;
    waiting[said + IS_BUSY] = isBusy ? 1 : 0;
    this.#point = point;
    this.#deviation = Math.sqrt(variance);
  }

  /** Writes the nodes of the last forecast times `scale` into `nodes[offset..]`. */
  write(scale: number, nodes: Float64Array, offset: number): void {
    for (let node = 0; node < NODES; node += 1) {
      const count = this.#point + this.#deviation * this.#residuals.at(node);
      nodes[offset + node] = Math.max(0, count) * scale;
    }
  }

  snapshot(): Json {
    return {
      weights: this.#weights.snapshot(),
      variance: this.#variance.snapshot(),
      residuals: this.#residuals.snapshot(),
      waiting: encodeFloats(this.#waiting),
      busySteps: this.#busySteps,
      busySquares: this.#busySquares,
      point: this.#point,
      deviation: this.#deviation,
    };
  }

  restore(reader: SnapshotReader): void {
    const waiting = reader.field("waiting").float64s(this.#waiting.length);
    const busySteps = reader.field("busySteps").nonNegative();
    const busySquares = reader.field("busySquares").nonNegative();
    const point = reader.field("point").nonNegative();
    const deviation = reader.field("deviation").nonNegative();
    this.#weights.restore(reader.field("weights"));
    this.#variance.restore(reader.field("variance"));
    this.#residuals.restore(reader.field("residuals"));
    this.#waiting.set(waiting);
    this.#busySteps = busySteps;
    this.#busySquares = busySquares;
    this.#point = point;
    this.#deviation = deviation;
  }

  #row(origin: number): number {
    const { horizon } = this.#options;
    return (((origin % horizon) + horizon) % horizon) * this.#rowLength;
  }
}
