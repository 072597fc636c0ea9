import type { ForecastPoint, ForecastQuality, Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { ExpertWeights } from "./expert-weights.js";
import { GroupedInterval } from "./grouped-interval.js";
import { RollingQuality } from "./rolling-quality.js";

/** Stored after the experts' forecasts: seasonal naive, the origin, and the point and bounds said. */
const SAID_FIELDS = 5;
const QUALITY_HALF_LIFE_SECONDS = 24 * 3600;

export interface DirectHorizonOptions {
  readonly windowSeconds: number;
  readonly windowsPerStep: number;
  readonly horizonWindows: number;
  /** The first must be naive. */
  readonly expertNames: readonly string[];
  readonly level: number;
}

/**
 * One horizon: keeps what every expert and the whole said until the target has come, then scores them, so
 * that every error is one of a forecast made before its target was known.
 */
export class DirectHorizon {
  readonly #options: DirectHorizonOptions;
  readonly #weights: ExpertWeights;
  readonly #interval: GroupedInterval;
  readonly #quality: RollingQuality;
  /** One row for each origin whose target is still to come. */
  readonly #waiting: Float64Array;
  readonly #rowLength: number;

  constructor(options: DirectHorizonOptions) {
    const { windowSeconds, windowsPerStep, horizonWindows, expertNames, level } = options;
    this.#options = options;
    this.#weights = new ExpertWeights(expertNames.length, windowSeconds, horizonWindows);
    this.#interval = new GroupedInterval({
      level,
      windowSeconds,
      overlappingTargets: Math.max(horizonWindows, windowsPerStep),
      minLoad: 1 / (windowsPerStep * windowSeconds),
    });
    this.#quality = new RollingQuality(QUALITY_HALF_LIFE_SECONDS / windowSeconds);
    this.#rowLength = expertNames.length + SAID_FIELDS;
    this.#waiting = new Float64Array(horizonWindows * this.#rowLength).fill(NaN);
  }

  get windows(): number {
    return this.#options.horizonWindows;
  }

  get hasInterval(): boolean {
    return this.#interval.isReady;
  }

  /** The target of the forecast made at `origin` has come. */
  score(origin: number, target: number): void {
    const row = this.#row(origin);
    const said = row + this.#options.expertNames.length;
    const waiting = this.#waiting;
    if (waiting[said + 1] !== origin) return;
    const point = waiting[said + 2] ?? NaN;
    const lower = waiting[said + 3] ?? NaN;
    const upper = waiting[said + 4] ?? NaN;
    this.#weights.score(waiting, row, target);
    this.#interval.score(point, lower, upper, target);
    this.#quality.score({
      target,
      point,
      lower,
      upper,
      naive: waiting[row] ?? NaN,
      seasonalNaive: waiting[said] ?? NaN,
    });
    waiting[said + 1] = NaN;
  }

  /**
   * Forecasts from `origin`: `experts` holds one finite value of each; no point is above `cap`. What events
   * change is added to naive, which knows of none: where it speaks, it would keep them from being heard.
   */
  forecast(
    origin: number,
    experts: Float64Array,
    eventChange: number,
    seasonalNaive: number,
    cap: number,
  ): ForecastPoint {
    const row = this.#row(origin);
    const said = row + experts.length;
    const waiting = this.#waiting;
    waiting.set(experts, row);
    const point = Math.max(0, Math.min(cap, this.#weights.combine(experts, eventChange)));
    const lower = Math.max(0, point - this.#interval.below(point));
    const upper = point + this.#interval.above(point);
    waiting[said] = seasonalNaive;
    waiting[said + 1] = origin;
    waiting[said + 2] = point;
    waiting[said + 3] = lower;
    waiting[said + 4] = upper;
    const { horizonWindows, windowSeconds, expertNames } = this.#options;
    return {
      horizonSeconds: horizonWindows * windowSeconds,
      point,
      lower,
      upper,
      chosen: expertNames[this.#weights.heaviest] ?? "",
    };
  }

  quality(): ForecastQuality | undefined {
    return this.#quality.summary(this.#options.horizonWindows * this.#options.windowSeconds);
  }

  snapshot(): Json {
    return {
      horizonWindows: this.#options.horizonWindows,
      weights: this.#weights.snapshot(),
      interval: this.#interval.snapshot(),
      quality: this.#quality.snapshot(),
      waiting: encodeFloats(this.#waiting),
    };
  }

  restore(reader: SnapshotReader): void {
    reader.field("horizonWindows").equals(this.#options.horizonWindows);
    const waiting = reader.field("waiting").float64s(this.#waiting.length);
    this.#weights.restore(reader.field("weights"));
    this.#interval.restore(reader.field("interval"));
    this.#quality.restore(reader.field("quality"));
    this.#waiting.set(waiting);
  }

  #row(origin: number): number {
    const { horizonWindows } = this.#options;
    return (((origin % horizonWindows) + horizonWindows) % horizonWindows) * this.#rowLength;
  }
}
