import type { ForecastPoint, ForecastQuality, Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { CandidateErrors } from "./candidate-errors.js";
import { ConformalInterval } from "./conformal-interval.js";
import { RollingQuality } from "./rolling-quality.js";

/** Stored after the candidates' forecasts: the origin, and the point, lower and upper that were said. */
const SAID_FIELDS = 4;

export interface HorizonTrackerOptions {
  readonly horizonSeconds: number;
  readonly horizonWindows: number;
  readonly windowSeconds: number;
  /** Windows that a target covers. */
  readonly targetWindows: number;
  /** The first must be naive. */
  readonly candidateNames: readonly string[];
  /** Which of the names is the seasonal naive one. */
  readonly seasonalCandidate: number;
  readonly level: number;
}

/** How good one candidate has been lately at one horizon. */
export interface CandidateError {
  readonly horizonSeconds: number;
  readonly candidate: string;
  /** Root mean squared error over naive's on the same targets; undefined while it had none. */
  readonly ratioToNaive: number | undefined;
}

/** Errors older than this count half in choosing who speaks: long enough not to chase noise. */
const SELECTION_HALF_LIFE_SECONDS = 2 * 3600;
const FAST_SCALE_HALF_LIFE_WINDOWS = 30;
const SLOW_SCALE_HALF_LIFE_SECONDS = 4 * 3600;
const QUALITY_HALF_LIFE_SECONDS = 24 * 3600;

/**
 * One horizon: keeps what every candidate forecast and what was said until the target has come, then
 * scores all of them, so that every error is one of a forecast made before its target was known.
 */
export class HorizonTracker {
  readonly #options: HorizonTrackerOptions;
  readonly #errors: CandidateErrors;
  readonly #interval: ConformalInterval;
  readonly #quality: RollingQuality;
  /** One row for each origin whose target is still to come. */
  readonly #waiting: Float64Array;
  readonly #rowLength: number;

  constructor(options: HorizonTrackerOptions) {
    const { windowSeconds, horizonWindows } = options;
    const windows = (seconds: number): number => Math.max(1, seconds / windowSeconds);
    this.#options = options;
    this.#errors = new CandidateErrors(
      options.candidateNames.length,
      windows(SELECTION_HALF_LIFE_SECONDS),
    );
    this.#interval = new ConformalInterval({
      level: options.level,
      fastHalfLifeTargets: Math.max(FAST_SCALE_HALF_LIFE_WINDOWS, horizonWindows),
      slowHalfLifeTargets: windows(SLOW_SCALE_HALF_LIFE_SECONDS),
      overlappingTargets: horizonWindows,
      minLoad: 1 / (options.targetWindows * windowSeconds),
    });
    this.#quality = new RollingQuality(windows(QUALITY_HALF_LIFE_SECONDS));
    this.#rowLength = options.candidateNames.length + SAID_FIELDS;
    this.#waiting = new Float64Array(horizonWindows * this.#rowLength).fill(NaN);
  }

  get horizonWindows(): number {
    return this.#options.horizonWindows;
  }

  /** Whether a forecast has been scored, so that there is an interval. */
  get hasInterval(): boolean {
    return this.#interval.scored > 0;
  }

  /** The target of the forecast made at `origin` has come. */
  score(origin: number, target: number): void {
    const row = this.#row(origin);
    const said = row + this.#options.candidateNames.length;
    const waiting = this.#waiting;
    if (waiting[said] !== origin) return;
    const point = waiting[said + 1] ?? NaN;
    const lower = waiting[said + 2] ?? NaN;
    const upper = waiting[said + 3] ?? NaN;
    this.#errors.score(waiting, row, target);
    this.#interval.score(point, lower, upper, target);
    this.#quality.score({
      target,
      point,
      lower,
      upper,
      naive: waiting[row] ?? NaN,
      seasonalNaive: waiting[row + this.#options.seasonalCandidate] ?? NaN,
    });
    waiting[said] = NaN;
  }

  /**
   * Forecasts from `origin`: one value per candidate, NaN where it has none; naive must have one. The point
   * is their weighted mean; `chosen` is the one that was best. What events change is added to naive where it
   * speaks, but not where the others are measured against it.
   */
  forecast(origin: number, candidates: Float64Array, eventChange: number): ForecastPoint {
    const row = this.#row(origin);
    const names = this.#options.candidateNames;
    const said = row + names.length;
    this.#waiting.set(candidates, row);
    const chosen = this.#errors.best(candidates, 0);
    const point = Math.max(0, this.#errors.combine(candidates, 0, eventChange));
    const lower = Math.max(0, point - this.#interval.below(point));
    const upper = point + this.#interval.above(point);
    this.#waiting[said] = origin;
    this.#waiting[said + 1] = point;
    this.#waiting[said + 2] = lower;
    this.#waiting[said + 3] = upper;
    const { horizonSeconds } = this.#options;
    return { horizonSeconds, point, lower, upper, chosen: names[chosen] ?? "" };
  }

  quality(): ForecastQuality | undefined {
    return this.#quality.summary(this.#options.horizonSeconds);
  }

  candidateErrors(): CandidateError[] {
    const { horizonSeconds, candidateNames } = this.#options;
    return candidateNames.map((candidate, index) => ({
      horizonSeconds,
      candidate,
      ratioToNaive: this.#errors.ratioToNaive(index),
    }));
  }

  snapshot(): Json {
    return {
      horizonWindows: this.#options.horizonWindows,
      errors: this.#errors.snapshot(),
      interval: this.#interval.snapshot(),
      quality: this.#quality.snapshot(),
      waiting: encodeFloats(this.#waiting),
    };
  }

  restore(reader: SnapshotReader): void {
    reader.field("horizonWindows").equals(this.#options.horizonWindows);
    const waiting = reader.field("waiting").float64s(this.#waiting.length);
    this.#errors.restore(reader.field("errors"));
    this.#interval.restore(reader.field("interval"));
    this.#quality.restore(reader.field("quality"));
    this.#waiting.set(waiting);
  }

  #row(origin: number): number {
    const { horizonWindows } = this.#options;
    return (((origin % horizonWindows) + horizonWindows) % horizonWindows) * this.#rowLength;
  }
}
