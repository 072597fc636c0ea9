import type { ForecastPoint, Json, OperationForecastPoint } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { ConformalInterval } from "../volume/conformal-interval.js";
import { MixWeights } from "./mix-weights.js";
import type { OperationSlots } from "./operation-slots.js";
import { moveToOthers } from "./recent-mix.js";

/** As for the total load. */
const FAST_SCALE_HALF_LIFE_TARGETS = 30;
const SLOW_SCALE_HALF_LIFE_SECONDS = 4 * 3600;
const QUALITY_HALF_LIFE_SECONDS = 24 * 3600;
/** What is kept of each place beside the candidates: share, rate, lower and upper bound. */
const SAID = 4;

export interface MixHorizonOptions {
  readonly horizonSeconds: number;
  readonly horizonWindows: number;
  readonly windowSeconds: number;
  /** Windows that a target covers. */
  readonly targetWindows: number;
  /** The first one speaks until others have proven better. */
  readonly candidateNames: readonly string[];
  readonly places: number;
  readonly level: number;
}

/**
 * One horizon: keeps what every candidate said of the mix, and what was said of each operation's rate, until
 * the target has come, then scores all of it.
 */
export class MixHorizon {
  readonly #options: MixHorizonOptions;
  readonly #weights: MixWeights;
  readonly #intervals: ConformalInterval[];
  /** A row for each origin whose target is still to come: the origin, the candidates, what was said. */
  readonly #waiting: Float64Array;
  readonly #rowLength: number;
  /** Discounted bounds that were scored, and those that held. */
  readonly #coverage = new Float64Array(2);
  readonly #qualityDiscount: number;

  constructor(options: MixHorizonOptions) {
    const { candidateNames, places, windowSeconds, horizonWindows } = options;
    this.#options = options;
    this.#weights = new MixWeights(candidateNames.length, places, windowSeconds, horizonWindows);
    this.#intervals = Array.from({ length: places }, () => this.#newInterval());
    this.#rowLength = 1 + (candidateNames.length + SAID) * places;
    this.#waiting = new Float64Array(horizonWindows * this.#rowLength).fill(NaN);
    this.#qualityDiscount = 2 ** (-1 / Math.max(1, QUALITY_HALF_LIFE_SECONDS / windowSeconds));
  }

  get horizonWindows(): number {
    return this.#options.horizonWindows;
  }

  get horizonSeconds(): number {
    return this.#options.horizonSeconds;
  }

  get targetWindows(): number {
    return this.#options.targetWindows;
  }

  /** Seconds from an origin to the middle of its target. */
  get middleSeconds(): number {
    return this.horizonSeconds - (this.targetWindows * this.#options.windowSeconds) / 2;
  }

  /** The target of the forecast made at `origin` has come: calls by place, in all its windows. */
  score(origin: number, calls: Float64Array): void {
    const row = this.#row(origin);
    if (this.#waiting[row] !== origin) return;
    const { targetWindows, windowSeconds } = this.#options;
    const count = calls.reduce((sum, value) => sum + value, 0);
    // Without a call there is no mix, but there are rates.
    if (count > 0) this.#weights.score(this.#waiting, row + 1, calls, count);
    for (const [place, interval] of this.#intervals.entries()) {
      const point = this.#said(row, RATE, place);
      if (Number.isNaN(point)) continue;
      const lower = this.#said(row, LOWER, place);
      const upper = this.#said(row, UPPER, place);
      const rate = (calls[place] ?? 0) / (targetWindows * windowSeconds);
      interval.score(point, lower, upper, rate);
      this.#count(rate >= lower && rate <= upper);
    }
    this.#waiting[row] = NaN;
  }

  /**
   * Forecasts from `origin`. `mixes` holds one row of shares a candidate, NaN where it has none; the first
   * must have one. Rates follow where the total is forecast.
   */
  forecast(origin: number, mixes: Float64Array, total: ForecastPoint | undefined): void {
    const { places } = this.#options;
    const row = this.#row(origin);
    this.#waiting[row] = origin;
    this.#waiting.set(mixes, row + 1);
    this.#weights.combine(mixes, 0, this.#waiting, this.#at(row, SHARE, 0));
    this.#waiting.fill(NaN, this.#at(row, RATE, 0), row + this.#rowLength);
    if (total === undefined) return;
    let left = total.point;
    for (const [place, interval] of this.#intervals.entries()) {
      // The last one gets what is left, so that rounding takes nothing from the total.
      const exact = total.point * this.#said(row, SHARE, place);
      const rate = place === places - 1 ? Math.max(0, left) : Math.min(left, exact);
      left -= rate;
      // An operation of which no forecast has come true yet is only known to be a part of the whole.
      const isKnown = interval.scored > 0;
      const lower = isKnown ? Math.max(0, rate - interval.below(rate)) : 0;
      const upper = isKnown ? rate + interval.above(rate) : Math.max(rate, total.upper);
      this.#waiting[this.#at(row, RATE, place)] = rate;
      this.#waiting[this.#at(row, LOWER, place)] = lower;
      this.#waiting[this.#at(row, UPPER, place)] = upper;
    }
  }

  /** What was said from `origin`; undefined when nothing was, or only of shares. */
  point(origin: number, slots: OperationSlots): OperationForecastPoint | undefined {
    const row = this.#row(origin);
    const { places, candidateNames, horizonSeconds } = this.#options;
    if (this.#waiting[row] !== origin || Number.isNaN(this.#said(row, RATE, 0))) return undefined;
    const operations = [];
    for (let place = 0; place < places; place += 1) {
      const operation = slots.nameOf(place);
      if (operation === undefined) continue;
      operations.push({
        operation,
        share: this.#said(row, SHARE, place),
        point: this.#said(row, RATE, place),
        lower: this.#said(row, LOWER, place),
        upper: this.#said(row, UPPER, place),
      });
    }
    const [scored = 0, held = 0] = this.#coverage;
    return {
      horizonSeconds,
      operations,
      weights: Object.fromEntries(
        candidateNames.map((name, index) => [name, this.#weights.weightOf(index)]),
      ),
      coverageRatio: scored > 0 ? held / scored : undefined,
    };
  }

  /** Nothing is known of the operation that has this place now. */
  clearPlace(place: number): void {
    const { places, candidateNames, horizonWindows } = this.#options;
    this.#intervals[place] = this.#newInterval();
    for (let at = 0; at < horizonWindows; at += 1) {
      const row = at * this.#rowLength;
      for (let mix = 0; mix <= candidateNames.length + SHARE; mix += 1) {
        moveToOthers(this.#waiting, row + 1 + mix * places, places, place);
      }
      for (const said of [RATE, LOWER, UPPER]) this.#waiting[this.#at(row, said, place)] = NaN;
    }
  }

  snapshot(): Json {
    return {
      horizonWindows: this.#options.horizonWindows,
      weights: this.#weights.snapshot(),
      intervals: this.#intervals.map((interval) => interval.snapshot()),
      waiting: encodeFloats(this.#waiting),
      coverage: encodeFloats(this.#coverage),
    };
  }

  restore(reader: SnapshotReader): void {
    reader.field("horizonWindows").equals(this.#options.horizonWindows);
    const waiting = reader.field("waiting").float64s(this.#waiting.length);
    const coverage = reader.field("coverage").float64s(this.#coverage.length);
    const intervals = reader.field("intervals").tuple(this.#intervals.length);
    this.#weights.restore(reader.field("weights"));
    intervals.forEach((interval, place) => this.#intervals[place]?.restore(interval));
    this.#waiting.set(waiting);
    this.#coverage.set(coverage);
  }

  #newInterval(): ConformalInterval {
    const { level, windowSeconds, horizonWindows, targetWindows } = this.#options;
    const fast = Math.max(FAST_SCALE_HALF_LIFE_TARGETS, horizonWindows);
    return new ConformalInterval({
      level,
      fastHalfLifeTargets: fast,
      slowHalfLifeTargets: Math.max(fast, SLOW_SCALE_HALF_LIFE_SECONDS / windowSeconds),
      overlappingTargets: horizonWindows,
      minLoad: 1 / (targetWindows * windowSeconds),
    });
  }

  #count(held: boolean): void {
    const [scored = 0, all = 0] = this.#coverage;
    this.#coverage[0] = scored * this.#qualityDiscount + 1;
    this.#coverage[1] = all * this.#qualityDiscount + (held ? 1 : 0);
  }

  #said(row: number, what: number, place: number): number {
    return this.#waiting[this.#at(row, what, place)] ?? NaN;
  }

  #at(row: number, what: number, place: number): number {
    const { candidateNames, places } = this.#options;
    return row + 1 + (candidateNames.length + what) * places + place;
  }

  #row(origin: number): number {
    const { horizonWindows } = this.#options;
    return (((origin % horizonWindows) + horizonWindows) % horizonWindows) * this.#rowLength;
  }
}

/** The order of what is kept of each place. */
const SHARE = 0;
const RATE = 1;
const LOWER = 2;
const UPPER = 3;
