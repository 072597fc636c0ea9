import type { DriftCause, Json, Moments, SnapshotReader, WindowSummary } from "../core/index.js";
import { DRIFT_CAUSES } from "../core/index.js";
import { ComparedMean } from "./compared-mean.js";
import { DecayingMix } from "./decaying-mix.js";
import { DeviationChart } from "./deviation-chart.js";
import type { DeviationChartOptions } from "./deviation-chart.js";
import { mixDistance } from "./distances.js";

export type SegmentDriftOptions = Omit<DeviationChartOptions, "twoSided" | "toleratedShift"> & {
  /** Windows of lasting drift after which the new behavior is learned as normal. */
  readonly newNormalWindows: number;
};

/**
 * Deviations that count when they fall as well as when they rise. The others are surprises: they fall
 * whenever a model has learned more, which is no change of behavior.
 */
const TWO_SIDED: ReadonlySet<DriftCause> = new Set([
  "operation_mix",
  "request_payload",
  "response_payload",
  "request_spread",
  "response_spread",
  "timing",
]);
/**
 * Shifts of no interest, in standard deviations: what Cohen, Statistical Power Analysis for the Behavioral
 * Sciences (1988), calls a small effect. Of the pace of calls only a medium effect counts, because a
 * change of pace is a change of the rate of calls, which the forecast sees as it is.
 */
const SMALL_EFFECT = 0.2;
const MEDIUM_EFFECT = 0.5;
const SIZE_CAUSES = ["request_payload", "response_payload"] as const;
type SizeCause = (typeof SIZE_CAUSES)[number];
/** Operations whose share is watched on its own; the rest are watched together. */
const WATCHED_OPERATIONS = 8;
const REST = "{rest}";
/** Half-life of the recent mix and of recent sizes, windows. */
const RECENT_WEIGHT = 1 - 0.5 ** (1 / 6);
/** Windows of standardized deviations kept for dating a change. */
const HISTORY_WINDOWS = 360;

/** One respect in which a segment's behavior can drift: a cause, and the operation where it is about one. */
export interface DriftAspect {
  readonly cause: DriftCause;
  readonly operation: string | undefined;
  readonly chart: DeviationChart;
  /**
   * Standardized deviation a window, oldest first, at most {@link HISTORY_WINDOWS}; 0 for a window without
   * any, so that places are times.
   */
  readonly history: number[];
}

/** Recent and learned behavior of one segment, chart by chart. */
export class SegmentDrift {
  readonly #options: SegmentDriftOptions;
  readonly #aspects = new Map<string, DriftAspect>();
  readonly #recentMix = new DecayingMix();
  readonly #learnedMix = new DecayingMix();
  /** Of the two mixes; undefined until somebody asks after a window. */
  #mixDistance: number | undefined;
  readonly #meanBytes: Readonly<Record<SizeCause, ComparedMean>>;
  /** Operations with a chart of their own; chosen when the warm-up ends. */
  #watched: readonly string[] = [];
  #windows = 0;
  #windowsInDrift = 0;
  /** Of the charts, as of the last window. */
  #speaking: readonly DriftAspect[] = [];
  #evidence = 0;

  constructor(options: SegmentDriftOptions) {
    this.#options = options;
    const learnedWeight = 1 - 0.5 ** (1 / options.halfLifeWindows);
    this.#meanBytes = {
      request_payload: new ComparedMean(RECENT_WEIGHT, learnedWeight),
      response_payload: new ComparedMean(RECENT_WEIGHT, learnedWeight),
    };
  }

  get ready(): boolean {
    return this.#speaking.length > 0;
  }

  /** The aspects that have learned enough to speak. */
  get aspects(): readonly DriftAspect[] {
    return this.#speaking;
  }

  /** Mean evidence of all aspects: compared with the alarm level. */
  get evidence(): number {
    return this.#evidence;
  }

  /** A window without calls: says nothing of behavior, but time goes on. */
  observeSilence(): void {
    this.#passTime();
  }

  observe(window: WindowSummary): void {
    const inDrift = this.#passTime();
    if (window.calls === 0) return;
    this.#windows += 1;
    const counts = new Map<string, number>();
    for (const [operation, { calls }] of window.operations) counts.set(operation, calls);
    this.#mixDistance = undefined;
    this.#recentMix.blend(counts, RECENT_WEIGHT);
    if (!inDrift) this.#learnedMix.blend(counts, this.#learningWeight());
    this.#observeSizes(window, inDrift);
    if (this.#windows === this.#options.warmUpWindows) this.#watchOperations();
    this.#observeShares(window, counts);
    for (const cause of DRIFT_CAUSES) {
      const moments = window.deviations[cause];
      if (moments !== undefined) this.#observe(cause, undefined, moments, window.startSeconds);
    }
    this.#sumUp();
  }

  /**
   * Begins to learn what is normal again. The first window afterwards has all the weight, so it replaces
   * what was learned of mix and sizes.
   */
  startAnew(): void {
    this.#aspects.clear();
    for (const cause of SIZE_CAUSES) this.#meanBytes[cause].startAnew();
    this.#watched = [];
    this.#windows = 0;
    this.#windowsInDrift = 0;
    this.#sumUp();
  }

  /** The same for the charts of these causes alone: the others keep what they know. */
  startAnewIn(causes: readonly DriftCause[]): void {
    for (const [key, { cause }] of this.#aspects) {
      if (causes.includes(cause)) this.#aspects.delete(key);
    }
    this.#sumUp();
  }

  /** Distance in [0, 1] between recent and learned behavior in one aspect. */
  severity(aspect: DriftAspect): number {
    if (aspect.cause !== "operation_mix") return aspect.chart.severity;
    this.#mixDistance ??= mixDistance(this.#recentMix.weights, this.#learnedMix.weights);
    return this.#mixDistance;
  }

  /** What a person would compare: the share of an operation, or mean bytes; undefined where neither fits. */
  comparison(
    aspect: DriftAspect,
  ): { operation: string | undefined; recent: number; learned: number } | undefined {
    const { cause } = aspect;
    if (cause === "request_payload" || cause === "response_payload") {
      const { recent, learned } = this.#meanBytes[cause];
      return { operation: undefined, recent, learned };
    }
    if (cause !== "operation_mix") return undefined;
    const operation =
      aspect.operation === REST || aspect.operation === undefined
        ? this.#mostGrownOperation()
        : aspect.operation;
    if (operation === undefined) return undefined;
    return {
      operation,
      recent: this.#recentMix.share(operation),
      learned: this.#learnedMix.share(operation),
    };
  }

  snapshot(): Json {
    return {
      aspects: [...this.#aspects.values()].map(({ cause, operation, chart }) => ({
        cause,
        operation: operation ?? null,
        chart: chart.snapshot(),
      })),
      recentMix: this.#recentMix.snapshot(),
      learnedMix: this.#learnedMix.snapshot(),
      meanBytes: {
        request_payload: this.#meanBytes.request_payload.snapshot(),
        response_payload: this.#meanBytes.response_payload.snapshot(),
      },
      watched: [...this.#watched],
      windows: this.#windows,
      windowsInDrift: this.#windowsInDrift,
    };
  }

  restore(snapshot: SnapshotReader): void {
    this.#aspects.clear();
    for (const aspect of snapshot.field("aspects").items()) {
      const name = aspect.field("cause");
      const cause = DRIFT_CAUSES.find((known) => known === name.string());
      if (cause === undefined) return name.refuse(DRIFT_CAUSES.join(", "));
      const operation = aspect.field("operation");
      this.#aspect(cause, operation.isNull ? undefined : operation.string()).chart.restore(
        aspect.field("chart"),
      );
    }
    this.#recentMix.restore(snapshot.field("recentMix"));
    this.#learnedMix.restore(snapshot.field("learnedMix"));
    for (const cause of SIZE_CAUSES) {
      this.#meanBytes[cause].restore(snapshot.field("meanBytes").field(cause));
    }
    this.#watched = snapshot
      .field("watched")
      .items()
      .map((operation) => operation.string());
    this.#windows = snapshot.field("windows").count();
    this.#windowsInDrift = snapshot.field("windowsInDrift").count();
    this.#sumUp();
  }

  /** Answers whether the segment is in drift. One that has lasted long enough is the new normal. */
  #passTime(): boolean {
    for (const { history } of this.#aspects.values()) {
      history.push(0);
      if (history.length > HISTORY_WINDOWS) history.shift();
    }
    const inDrift = this.evidence >= this.#options.alarmLevel;
    this.#windowsInDrift = inDrift ? this.#windowsInDrift + 1 : 0;
    if (this.#windowsInDrift <= this.#options.newNormalWindows) return inDrift;
    this.startAnew();
    return false;
  }

  #sumUp(): void {
    this.#speaking = [...this.#aspects.values()].filter(({ chart }) => chart.ready);
    let sum = 0;
    for (const { chart } of this.#speaking) sum += chart.evidence;
    this.#evidence = this.#speaking.length === 0 ? 0 : sum / this.#speaking.length;
  }

  #learningWeight(): number {
    return Math.max(1 / this.#windows, 1 - 0.5 ** (1 / this.#options.halfLifeWindows));
  }

  #observeSizes(window: WindowSummary, inDrift: boolean): void {
    for (const cause of SIZE_CAUSES) {
      let count = 0;
      let sum = 0;
      for (const statistics of window.operations.values()) {
        const moments =
          cause === "request_payload" ? statistics.requestBytes : statistics.responseBytes;
        count += moments.count;
        sum += moments.sum;
      }
      if (count > 0) this.#meanBytes[cause].observe(sum / count, !inDrift);
    }
  }

  #watchOperations(): void {
    this.#watched = [...this.#learnedMix.weights]
      .sort(([, a], [, b]) => b - a)
      .slice(0, WATCHED_OPERATIONS)
      .map(([operation]) => operation);
  }

  /** A share is the mean of an indicator, so its chart is a chart of moments like any other. */
  #observeShares(window: WindowSummary, counts: ReadonlyMap<string, number>): void {
    if (this.#windows < this.#options.warmUpWindows) return;
    const { startSeconds } = window;
    let rest = window.calls;
    for (const operation of this.#watched) {
      const calls = counts.get(operation) ?? 0;
      rest -= calls;
      this.#observe("operation_mix", operation, indicator(calls, window.calls), startSeconds);
    }
    this.#observe("operation_mix", REST, indicator(rest, window.calls), startSeconds);
  }

  #observe(
    cause: DriftCause,
    operation: string | undefined,
    moments: Moments,
    startSeconds: number,
  ): void {
    const { chart, history } = this.#aspect(cause, operation);
    history[history.length - 1] = chart.observe(moments, startSeconds);
  }

  #aspect(cause: DriftCause, operation: string | undefined): DriftAspect {
    const key = operation === undefined ? cause : `${cause} ${operation}`;
    let aspect = this.#aspects.get(key);
    if (aspect === undefined) {
      const chart = new DeviationChart({
        ...this.#options,
        twoSided: TWO_SIDED.has(cause),
        toleratedShift: cause === "timing" ? MEDIUM_EFFECT : SMALL_EFFECT,
      });
      // With the place of the window that it begins in.
      aspect = { cause, operation, chart, history: [0] };
      this.#aspects.set(key, aspect);
    }
    return aspect;
  }

  #mostGrownOperation(): string | undefined {
    let most: string | undefined;
    let growth = 0;
    for (const operation of this.#recentMix.weights.keys()) {
      const grown = this.#recentMix.share(operation) - this.#learnedMix.share(operation);
      if (grown > growth) [most, growth] = [operation, grown];
    }
    return most;
  }
}

function indicator(calls: number, total: number): Moments {
  return { count: total, sum: calls, sumOfSquares: calls };
}
