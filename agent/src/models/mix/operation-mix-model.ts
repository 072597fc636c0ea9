import {
  failed,
  ready,
  warmingUp,
  type Json,
  type ModelResult,
  type OperationForecast,
  type OperationForecastPoint,
  type Persistent,
  type SequenceOutlook,
  type VolumeForecast,
} from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { wholeWindows } from "../volume/whole-windows.js";
import { MixHorizon } from "./mix-horizon.js";
import { OperationSlots } from "./operation-slots.js";
import { normalize, RecentMix } from "./recent-mix.js";
import { SeasonalMix } from "./seasonal-mix.js";
import { SessionFlow, type SessionMovements } from "./session-flow.js";

const SNAPSHOT_FORMAT = "operation-mix-1";

/** `recent` comes first: the others are measured against it. */
export const MIX_CANDIDATES = ["recent", "longer", "seasonal", "sessions", "network"] as const;
export type MixCandidate = (typeof MIX_CANDIDATES)[number];

/** Two minutes follow a change; half an hour steadies the mix of a quiet service. */
const RECENT_HALF_LIFE_SECONDS = 120;
const LONGER_HALF_LIFE_SECONDS = 1800;
/** A target is the minute that ends at the horizon, as for the total load. */
const TARGET_SECONDS = 60;
/** Before this many windows with calls nothing is said, as for the total load. */
const MIN_WINDOWS = 30;

export interface OperationMixOptions {
  readonly windowSeconds: number;
  /** Ascending multiples of `windowSeconds`. */
  readonly horizonsSeconds: readonly number[];
  /** Nominal coverage of the intervals, a ratio. */
  readonly level: number;
  readonly seasonSeconds: number;
  /** Operations with a forecast of their own; the others are forecast together. */
  readonly operations: number;
  /** Those that may speak; all unless told. To see what each is good for. */
  readonly candidates?: readonly MixCandidate[];
}

/** What one window of the whole workload tells. */
export interface MixWindow extends SessionMovements {
  readonly operations: ReadonlyMap<string, { readonly calls: number }>;
}

/**
 * Which share of the calls ahead each operation has, and so how many calls a second: share times the
 * forecast of the total load. The operations with the most calls are forecast one by one, the rest together.
 *
 * Candidates, side by side, each a mix: shares that are not negative and add up to 1:
 * - `recent`, `longer`: the calls of late, with a half-life of 2 and of 30 minutes;
 * - `seasonal`: the same time of the days before (see SeasonalMix);
 * - `sessions`: what sessions that go on, and new ones, are about to do (see SessionFlow);
 * - `network`: the same by the networks of the sequence models, where they serve ({@link SequenceOutlook}).
 * For each horizon they are weighed so that their mixture would have been best lately (see MixWeights).
 *
 * The interval of an operation's rate is tracked from its own errors (see ConformalInterval). The model is
 * `warming_up` until it has seen 30 windows with calls, and otherwise whatever the total's forecast is. Gaps
 * are neither learned from nor scored.
 */
export class OperationMixModel implements Persistent {
  readonly #options: OperationMixOptions;
  readonly #slots: OperationSlots;
  readonly #recent: RecentMix;
  readonly #longer: RecentMix;
  readonly #seasonal: SeasonalMix;
  readonly #flow: SessionFlow;
  readonly #horizons: readonly MixHorizon[];
  /** Calls by place of the last windows, as many as a target has: one row each. */
  readonly #lastCalls: Float64Array;
  readonly #calls: Float64Array;
  readonly #target: Float64Array;
  readonly #mixes: Float64Array;
  readonly #isUsed: Readonly<Record<MixCandidate, boolean>>;
  #known = 0;
  #lastIndex: number | undefined;
  /** Windows up to the last one without a gap between. */
  #unbroken = 0;
  #total: ModelResult<undefined> = warmingUp("no_calls_yet");

  /** Throws a RangeError when a horizon is no positive multiple of the window, or there is no operation. */
  constructor(options: OperationMixOptions) {
    const { windowSeconds, seasonSeconds, level } = options;
    this.#options = options;
    this.#slots = new OperationSlots(options.operations, windowSeconds);
    const { size } = this.#slots;
    this.#recent = new RecentMix(size, RECENT_HALF_LIFE_SECONDS / windowSeconds);
    this.#longer = new RecentMix(size, LONGER_HALF_LIFE_SECONDS / windowSeconds);
    this.#seasonal = new SeasonalMix(size, seasonSeconds);
    this.#flow = new SessionFlow(size, windowSeconds);
    const minute = Math.max(1, Math.round(TARGET_SECONDS / windowSeconds));
    this.#horizons = options.horizonsSeconds.map((seconds) => {
      const horizonWindows = wholeWindows("horizonsSeconds", seconds, windowSeconds);
      return new MixHorizon({
        horizonSeconds: seconds,
        horizonWindows,
        windowSeconds,
        targetWindows: Math.min(minute, horizonWindows),
        candidateNames: MIX_CANDIDATES,
        places: size,
        level,
      });
    });
    this.#lastCalls = new Float64Array(minute * size);
    this.#calls = new Float64Array(size);
    this.#target = new Float64Array(size);
    this.#mixes = new Float64Array(MIX_CANDIDATES.length * size);
    const used = options.candidates ?? MIX_CANDIDATES;
    this.#isUsed = {
      recent: true,
      longer: used.includes("longer"),
      seasonal: used.includes("seasonal"),
      sessions: used.includes("sessions"),
      network: used.includes("network"),
    };
  }

  /** Calls of operations past the limit even of those that are counted. */
  get uncountedCalls(): number {
    return this.#slots.uncountedCalls;
  }

  /**
   * One closed window of the whole workload, undefined for a gap; `total` is what is forecast from its end.
   * Windows that come again or out of order are left out.
   */
  observe(
    startSeconds: number,
    window: MixWindow | undefined,
    total: ModelResult<VolumeForecast>,
    outlook?: SequenceOutlook,
  ): void {
    const { windowSeconds } = this.#options;
    const index = Math.round(startSeconds / windowSeconds);
    const last = this.#lastIndex;
    if (last !== undefined && index <= last) return;
    this.#lastIndex = index;
    this.#total = total.status === "ready" ? ready(undefined) : total;
    const isNext = last === undefined || index === last + 1;
    this.#unbroken = window === undefined ? 0 : isNext ? this.#unbroken + 1 : 1;
    if (window === undefined) return;
    for (const place of this.#slots.learn(window.operations)) this.#clearPlace(place);
    const calls = this.#calls.fill(0);
    for (const [operation, { calls: count }] of window.operations) {
      const place = this.#slots.placeOf(operation);
      calls[place] = (calls[place] ?? 0) + count;
    }
    this.#lastCalls.set(calls, this.#ringRow(index));
    for (const horizon of this.#horizons) {
      if (this.#unbroken < horizon.targetWindows) continue;
      this.#sumTarget(index, horizon.targetWindows);
      horizon.score(index - horizon.horizonWindows, this.#target);
    }
    if (window.operations.size > 0) this.#known += 1;
    this.#recent.learn(calls);
    this.#longer.learn(calls);
    this.#seasonal.learn(startSeconds, calls);
    this.#flow.learn(calls, window, this.#slots);
    if (this.#known === 0) return;
    const endSeconds = (index + 1) * windowSeconds;
    const points = total.status === "ready" ? total.value.points : [];
    for (const horizon of this.#horizons) {
      this.#writeMixes(horizon, endSeconds, outlook);
      // After a silence so long that nothing is left of what was called.
      if (Number.isNaN(this.#mixes[0])) return;
      const point = points.find(({ horizonSeconds }) => horizonSeconds === horizon.horizonSeconds);
      horizon.forecast(index, this.#mixes, point);
    }
  }

  forecast(): ModelResult<OperationForecast> {
    const index = this.#lastIndex;
    if (index === undefined || this.#known === 0) return warmingUp("no_calls_yet");
    if (this.#total.status !== "ready") return this.#total;
    if (this.#known < MIN_WINDOWS) return warmingUp("too_few_windows");
    if (this.#unbroken === 0) return failed("stale_input");
    const points: OperationForecastPoint[] = [];
    for (const horizon of this.#horizons) {
      const point = horizon.point(index, this.#slots);
      if (point === undefined) return warmingUp("too_few_windows");
      points.push(point);
    }
    const { windowSeconds, level } = this.#options;
    return ready({ originSeconds: (index + 1) * windowSeconds, level, points });
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      windowSeconds: this.#options.windowSeconds,
      operations: this.#options.operations,
      slots: this.#slots.snapshot(),
      recent: this.#recent.snapshot(),
      longer: this.#longer.snapshot(),
      seasonal: this.#seasonal.snapshot(),
      flow: this.#flow.snapshot(),
      horizons: this.#horizons.map((horizon) => horizon.snapshot()),
      lastCalls: [...this.#lastCalls],
      known: this.#known,
      lastIndex: this.#lastIndex ?? null,
      unbroken: this.#unbroken,
      isTotalReady: this.#total.status === "ready",
    };
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "mix");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("windowSeconds").equals(this.#options.windowSeconds);
    reader.field("operations").equals(this.#options.operations);
    const lastCalls = reader.field("lastCalls").tuple(this.#lastCalls.length);
    const calls = lastCalls.map((item) => item.count());
    const horizons = reader.field("horizons").tuple(this.#horizons.length);
    const last = reader.field("lastIndex");
    const lastIndex = last.isNull ? undefined : last.integer();
    const known = reader.field("known").count();
    const unbroken = reader.field("unbroken").count();
    const isTotalReady = reader.field("isTotalReady").boolean();
    this.#slots.restore(reader.field("slots"));
    this.#recent.restore(reader.field("recent"));
    this.#longer.restore(reader.field("longer"));
    this.#seasonal.restore(reader.field("seasonal"));
    this.#flow.restore(reader.field("flow"));
    horizons.forEach((horizon, at) => this.#horizons[at]?.restore(horizon));
    this.#lastCalls.set(calls);
    this.#known = known;
    this.#lastIndex = lastIndex;
    this.#unbroken = unbroken;
    // What the total lacks is said again with the next window.
    this.#total = isTotalReady ? ready(undefined) : warmingUp("too_few_windows");
  }

  #clearPlace(place: number): void {
    this.#recent.clearPlace(place);
    this.#longer.clearPlace(place);
    this.#seasonal.clearPlace(place);
    this.#flow.clearPlace(place);
    for (const horizon of this.#horizons) horizon.clearPlace(place);
    const { size } = this.#slots;
    for (let row = 0; row < this.#lastCalls.length; row += size) {
      const others = row + size - 1;
      this.#lastCalls[others] =
        (this.#lastCalls[others] ?? 0) + (this.#lastCalls[row + place] ?? 0);
      this.#lastCalls[row + place] = 0;
    }
  }

  #sumTarget(index: number, windows: number): void {
    const target = this.#target.fill(0);
    for (let back = 0; back < windows; back += 1) {
      const row = this.#ringRow(index - back);
      for (let place = 0; place < target.length; place += 1) {
        target[place] = (target[place] ?? 0) + (this.#lastCalls[row + place] ?? 0);
      }
    }
  }

  #writeMixes(horizon: MixHorizon, endSeconds: number, outlook: SequenceOutlook | undefined): void {
    const { size } = this.#slots;
    const mixes = this.#mixes.fill(NaN);
    this.#recent.writeShares(mixes, 0);
    if (this.#isUsed.longer) this.#longer.writeShares(mixes, size);
    const { middleSeconds } = horizon;
    if (this.#isUsed.seasonal) {
      this.#seasonal.writeShares(endSeconds + middleSeconds, mixes, 2 * size);
    }
    if (this.#isUsed.sessions) this.#flow.writeShares(middleSeconds, mixes, 3 * size);
    if (!this.#isUsed.network) return;
    const expected = outlook?.expectedMix(middleSeconds);
    if (expected === undefined) return;
    const at = 4 * size;
    mixes.fill(0, at);
    for (const [operation, share] of expected) {
      const place = at + this.#slots.placeOf(operation);
      mixes[place] = (mixes[place] ?? 0) + share;
    }
    normalize(mixes, at, size);
  }

  #ringRow(index: number): number {
    const rows = this.#lastCalls.length / this.#slots.size;
    return (((index % rows) + rows) % rows) * this.#slots.size;
  }
}
