import {
  failed,
  featureStates,
  ready,
  SnapshotReader,
  warmingUp,
  WATCHED_FEATURES,
  type FeatureState,
  type FeatureStates,
  type Json,
  type ModelResult,
  type ModelStatus,
  type Persistent,
  type WatchedFeature,
  type WindowSummary,
} from "../../core/index.js";
import { StreamingAnomaly } from "../anomaly/streaming-anomaly.js";
import { FeatureChanges } from "../changepoint/feature-changes.js";
import { FeatureSteps, type FeatureStep, type FeatureValue } from "./feature-steps.js";

const SNAPSHOT_FORMAT = "series-watch-1";

/** Changes are looked for in minutes: in windows of 10 s a day would be 8,640 steps and noisier ones. */
const CHANGE_STEP_SECONDS = 60;
/** What the anomaly's constants stand for: 12 steps are an hour, 2,000 a week. */
const ANOMALY_STEP_SECONDS = 300;
/** A score is kept this long without a new sample. */
const ANOMALY_KEPT_SECONDS = 2 * ANOMALY_STEP_SECONDS;
/** What users feel; each takes some 300 kB in a checkpoint when it is full. */
const ANOMALY_FEATURES = ["calls_per_second", "error_ratio", "duration_seconds"] as const;
type AnomalyFeature = (typeof ANOMALY_FEATURES)[number];
/** The load follows the hours of people; of what calls are made of that is less so. */
const STRONGLY_SEASONAL: WatchedFeature = "calls_per_second";
/** Bytes and microseconds that are added before a logarithm is taken, so that nothing is something. */
const ONE_BYTE = 1;
const ONE_MICROSECOND = 1e-6;
/** Of a gap, so many steps are gone through one by one, besides whole seasons: two days of minutes. */
const LONGEST_GAP_STEPS = 2880;

export interface SeriesWatchOptions {
  readonly windowSeconds: number;
  /** Length of the season to expect, seconds. */
  readonly seasonSeconds: number;
}

/**
 * What is watched of a workload's load and calls as time series, beside the drift of its segments: abrupt
 * changes of six features (see {@link FeatureChanges}), and how unusual three of them are (see
 * {@link StreamingAnomaly}). Neither enters the drift score, which has evidence of its own.
 */
export class SeriesWatch implements Persistent {
  readonly #changeStepSeconds: number;
  readonly #seasonSteps: number | undefined;
  readonly #changeSteps: FeatureSteps;
  readonly #anomalySteps: FeatureSteps;
  readonly #changes: ReadonlyMap<WatchedFeature, FeatureChanges>;
  readonly #anomalies: ReadonlyMap<AnomalyFeature, StreamingAnomaly>;
  readonly #scores = new Map<AnomalyFeature, { endSeconds: number; score: number }>();
  #nextStepSeconds = NaN;
  #nowSeconds = -Infinity;

  constructor({ windowSeconds, seasonSeconds }: SeriesWatchOptions) {
    const stepSeconds = stepOf(windowSeconds, seasonSeconds);
    this.#changeStepSeconds = stepSeconds;
    const seasonSteps = seasonSeconds / stepSeconds;
    this.#seasonSteps = Number.isInteger(seasonSteps) && seasonSteps >= 2 ? seasonSteps : undefined;
    this.#changeSteps = new FeatureSteps(stepSeconds, windowSeconds);
    const anomalyStepSeconds = windowSeconds * Math.ceil(ANOMALY_STEP_SECONDS / windowSeconds);
    this.#anomalySteps = new FeatureSteps(anomalyStepSeconds, windowSeconds);
    this.#changes = new Map(
      WATCHED_FEATURES.map((feature, at) => [
        feature,
        new FeatureChanges({
          stepSeconds,
          seasonSteps: this.#seasonSteps,
          waitsForSeason: feature === STRONGLY_SEASONAL,
          // One a step, so that no window pays for the start of all.
          delaySteps: at,
        }),
      ]),
    );
    this.#anomalies = new Map(ANOMALY_FEATURES.map((feature) => [feature, new StreamingAnomaly()]));
  }

  /**
   * One window, later than the one before. `callsPerSecond`: undefined when nothing was reported; `window`:
   * what the calls were.
   */
  observe(
    startSeconds: number,
    callsPerSecond: number | undefined,
    window: Pick<WindowSummary, "operations">,
  ): void {
    this.#nowSeconds = startSeconds;
    for (const step of this.#changeSteps.observe(startSeconds, callsPerSecond, window)) {
      this.#observeChanges(step);
    }
    for (const step of this.#anomalySteps.observe(startSeconds, callsPerSecond, window)) {
      this.#observeAnomalies(step);
    }
  }

  features(): FeatureStates {
    return featureStates((feature) => {
      const changes = this.#changes.get(feature);
      return {
        changeProbability: changes?.probability ?? warmingUp("too_few_windows"),
        lastChange: changes?.last,
        anomalyScore: isAnomalyFeature(feature) ? this.#anomaly(feature) : undefined,
      };
    });
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      changeSteps: this.#changeSteps.snapshot(),
      anomalySteps: this.#anomalySteps.snapshot(),
      changes: Object.fromEntries(mapped(this.#changes, (changes) => changes.snapshot())),
      anomalies: Object.fromEntries(mapped(this.#anomalies, (anomaly) => anomaly.snapshot())),
      scores: Object.fromEntries(
        mapped(this.#scores, ({ endSeconds, score }) => [endSeconds, score]),
      ),
      nextStepSeconds: Number.isNaN(this.#nextStepSeconds) ? null : this.#nextStepSeconds,
      nowSeconds: Number.isFinite(this.#nowSeconds) ? this.#nowSeconds : null,
    };
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "series");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    const next = reader.field("nextStepSeconds");
    const now = reader.field("nowSeconds");
    this.#changeSteps.restore(reader.field("changeSteps"));
    this.#anomalySteps.restore(reader.field("anomalySteps"));
    for (const [feature, changes] of this.#changes) {
      changes.restore(reader.field("changes").field(feature));
    }
    for (const [feature, anomaly] of this.#anomalies) {
      anomaly.restore(reader.field("anomalies").field(feature).json());
    }
    this.#scores.clear();
    for (const [feature, saved] of reader.field("scores").entries()) {
      const [endSeconds, score] = saved.items();
      if (!isAnomalyFeature(feature) || endSeconds === undefined || score === undefined) continue;
      this.#scores.set(feature, { endSeconds: endSeconds.number(), score: score.nonNegative() });
    }
    this.#nextStepSeconds = next.isNull ? NaN : next.number();
    this.#nowSeconds = now.isNull ? -Infinity : now.number();
  }

  #observeChanges({ startSeconds, values }: FeatureStep): void {
    const stepSeconds = this.#changeStepSeconds;
    const missing = (startSeconds - this.#nextStepSeconds) / stepSeconds;
    // Whole seasons of a long gap may be left out: the phase is the same after them.
    const season = this.#seasonSteps ?? 1;
    const skipped = Math.max(0, Math.ceil((missing - LONGEST_GAP_STEPS) / season)) * season;
    for (const [feature, changes] of this.#changes) {
      for (let step = skipped; step < missing; step += 1) {
        changes.observe(this.#nextStepSeconds + step * stepSeconds, NaN, 1);
      }
      const seen = values?.[feature];
      const value = seen === undefined ? NaN : stabilized(feature, seen, stepSeconds);
      changes.observe(startSeconds, value, seen?.size ?? 1);
    }
    this.#nextStepSeconds = startSeconds + stepSeconds;
  }

  #observeAnomalies({ startSeconds, values }: FeatureStep): void {
    for (const [feature, anomaly] of this.#anomalies) {
      const value = values?.[feature].value ?? NaN;
      if (Number.isNaN(value)) continue;
      const verdict = anomaly.observe(startSeconds, value);
      if (verdict.status !== "ready") continue;
      this.#scores.set(feature, { endSeconds: this.#nowSeconds, score: verdict.value.score });
    }
  }

  #anomaly(feature: AnomalyFeature): ModelResult<number> {
    const last = this.#scores.get(feature);
    if (last === undefined) return warmingUp("too_few_windows");
    const isOld = this.#nowSeconds - last.endSeconds > ANOMALY_KEPT_SECONDS;
    return isOld ? failed("stale_input") : ready(last.score);
  }
}

/** One status for all: ready as soon as there is a result of one feature; otherwise why the load has none. */
export function statusOfFeatures(
  features: FeatureStates,
  resultOf: (state: FeatureState) => ModelResult<number> | undefined,
): ModelStatus {
  const isAnyReady = Object.values(features).some((state) => resultOf(state)?.status === "ready");
  const ofLoad = resultOf(features.calls_per_second);
  if (isAnyReady || ofLoad === undefined || ofLoad.status === "ready") return ready(undefined);
  return ofLoad;
}

/** About a minute, in whole windows, such that a season is a whole number of steps where it can be. */
function stepOf(windowSeconds: number, seasonSeconds: number): number {
  const shortest = Math.ceil(CHANGE_STEP_SECONDS / windowSeconds);
  const longest = Math.floor(seasonSeconds / (2 * windowSeconds));
  for (let windows = shortest; windows <= longest; windows += 1) {
    if (seasonSeconds % (windows * windowSeconds) === 0) return windows * windowSeconds;
  }
  return shortest * windowSeconds;
}

/** On a scale on which a change of the same ratio is equally large, and noise does not depend on the level. */
function stabilized(
  feature: WatchedFeature,
  { value, size }: FeatureValue,
  stepSeconds: number,
): number {
  switch (feature) {
    case "calls_per_second":
      // Half a call, so that none is something.
      return Math.log(value + 0.5 / stepSeconds);
    case "request_bytes":
    case "response_bytes":
      return Math.log(value + ONE_BYTE);
    case "duration_seconds":
      return Math.log(value + ONE_MICROSECOND);
    case "error_ratio":
      // Anscombe, "The transformation of Poisson, binomial and negative-binomial data", 1948.
      return Math.asin(Math.sqrt((value * size + 3 / 8) / (size + 3 / 4)));
    case "operation_mix":
      return value;
  }
}

function isAnomalyFeature(feature: string): feature is AnomalyFeature {
  return ANOMALY_FEATURES.some((watched) => watched === feature);
}

function mapped<K extends string, V, R>(map: ReadonlyMap<K, V>, of: (value: V) => R): [K, R][] {
  return [...map].map(([key, value]) => [key, of(value)]);
}
