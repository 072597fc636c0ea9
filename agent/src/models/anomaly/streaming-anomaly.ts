import { failed, ready, warmingUp, type Json, type ModelResult } from "../../core/index.js";
import { SnapshotReader, encodeFloats } from "../../core/snapshot-reader.js";
import { SortedWindow } from "./sorted-window.js";
import { DeviationTail, SURPRISE_CAP } from "./tail.js";
import { TimedHistory } from "./timed-history.js";

const SNAPSHOT_FORMAT = "streaming-anomaly-1";

/** An hour of samples of 5 minutes: long enough that one odd sample is not an anomaly of the level. */
const LEVEL_SAMPLES = 12;
/** A week of samples of 5 minutes. */
const BASELINE_SAMPLES = 2000;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 86_400;
/** Two weeks hold each day of the week twice. */
const REMEMBERED_DAYS = 14;
/** A rhythm of people is not to the minute. */
const RHYTHM_TOLERANCE_SECONDS = 3600;
/** Neighbors of the sample at the same time of another day. */
const SAME_TIME_NEIGHBORS = 1;
/** Two weeks of minutes: what is sampled more often is remembered for a shorter time. */
const MAXIMUM_SAMPLES = 20_160;

/** The mean surprise of 2 is a probability of 1 in 100 for each of the deviations at once. */
export const ANOMALY_THRESHOLD = 2 / SURPRISE_CAP;
/** After an alarm this long nothing is reported: an anomaly is told once. */
const SILENCE_SECONDS = 12 * SECONDS_PER_HOUR;

export interface AnomalyVerdict {
  /** How unusual the series is now, from 0 to 1. */
  readonly score: number;
  /** The score reached the threshold, and no alarm was raised in the 12 hours before. */
  readonly isAlarm: boolean;
}

/**
 * Finds anomalies in one series, sample by sample, without looking ahead. Three deviations, each judged by
 * its own tail (see {@link DeviationTail}); the score is the mean of their surprises:
 * - level: the mean of the last 12 samples against the median of the 2,000 before them;
 * - rhythm: the mean of the last hour against the nearest one at the same time, give or take an hour, of
 *   the last 14 days;
 * - time of day: the sample against the median of those at the same time of the last 14 days.
 *
 * Each is judged before it is learned from. Memory is at most 20,160 samples; a sample costs some ten
 * microseconds. Values may have any unit; only their order of magnitude among each other counts.
 */
export class StreamingAnomaly {
  readonly #threshold: number;
  readonly #baseline = new SortedWindow(BASELINE_SAMPLES);
  readonly #samples = history();
  readonly #hourMeans = history();
  readonly #level = new DeviationTail();
  readonly #rhythm = new DeviationTail();
  readonly #timeOfDay = new DeviationTail();
  #lastAlarmSeconds = -Infinity;
  readonly #sameTime = new SortedWindow(REMEMBERED_DAYS * (2 * SAME_TIME_NEIGHBORS + 1));

  /** `threshold`: the score from which an alarm is raised; {@link ANOMALY_THRESHOLD} unless told. */
  constructor(threshold = ANOMALY_THRESHOLD) {
    this.#threshold = threshold;
  }

  /**
   * One sample, later than the one before it. Not finite: `failed`, and nothing is learned. Not later: a
   * TypeError.
   */
  observe(timeSeconds: number, value: number): ModelResult<AnomalyVerdict> {
    const last = this.#samples.timeAt(this.#samples.size - 1);
    if (!Number.isFinite(timeSeconds) || timeSeconds <= last) {
      throw new TypeError(`timeSeconds must be finite and after ${last}, got ${timeSeconds}`);
    }
    if (!Number.isFinite(value)) return failed("non_finite_input");
    const level = this.#levelDeviation(value);
    const hourMean = this.#hourMean(timeSeconds, value);
    const rhythm = this.#rhythmDeviation(timeSeconds, hourMean);
    const timeOfDay = this.#timeOfDayDeviation(timeSeconds, value);
    const surprises = [
      this.#level.surprise(level),
      this.#rhythm.surprise(rhythm),
      this.#timeOfDay.surprise(timeOfDay),
    ].filter((surprise) => !Number.isNaN(surprise));
    this.#level.learn(level);
    this.#rhythm.learn(rhythm);
    this.#timeOfDay.learn(timeOfDay);
    // The baseline ends where the recent level begins.
    const leaving = this.#samples.valueAt(this.#samples.size + 1 - LEVEL_SAMPLES);
    if (this.#samples.size >= LEVEL_SAMPLES) this.#baseline.add(leaving);
    this.#samples.append(timeSeconds, value);
    this.#hourMeans.append(timeSeconds, hourMean);
    if (surprises.length === 0) return warmingUp("too_few_windows");
    const mean = surprises.reduce((sum, surprise) => sum + surprise, 0) / surprises.length;
    return ready(this.#verdict(timeSeconds, mean / SURPRISE_CAP));
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      baseline: encodeFloats(this.#baseline.values()),
      samples: encodeFloats(this.#samples.pairs()),
      hourMeans: encodeFloats(this.#hourMeans.pairs()),
      level: this.#level.snapshot(),
      rhythm: this.#rhythm.snapshot(),
      timeOfDay: this.#timeOfDay.snapshot(),
      lastAlarmSeconds: Number.isFinite(this.#lastAlarmSeconds) ? this.#lastAlarmSeconds : null,
    };
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "anomaly");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    const baseline = reader.field("baseline").float64s();
    const samples = reader.field("samples").float64s();
    const hourMeans = reader.field("hourMeans").float64s();
    const lastAlarm = reader.field("lastAlarmSeconds");
    this.#level.restore(reader.field("level"));
    this.#rhythm.restore(reader.field("rhythm"));
    this.#timeOfDay.restore(reader.field("timeOfDay"));
    this.#baseline.clear();
    for (const value of baseline) this.#baseline.add(value);
    refill(this.#samples, samples);
    refill(this.#hourMeans, hourMeans);
    this.#lastAlarmSeconds = lastAlarm.isNull ? -Infinity : lastAlarm.number();
  }

  #verdict(timeSeconds: number, score: number): AnomalyVerdict {
    const isAlarm =
      score >= this.#threshold && timeSeconds - this.#lastAlarmSeconds > SILENCE_SECONDS;
    if (isAlarm) this.#lastAlarmSeconds = timeSeconds;
    return { score, isAlarm };
  }

  #levelDeviation(value: number): number {
    const { size } = this.#samples;
    if (this.#baseline.size === 0) return NaN;
    let sum = value;
    for (let at = size - LEVEL_SAMPLES + 1; at < size; at += 1) sum += this.#samples.valueAt(at);
    return Math.abs(sum / LEVEL_SAMPLES - this.#baseline.median());
  }

  #hourMean(timeSeconds: number, value: number): number {
    const first = this.#samples.firstFrom(timeSeconds - SECONDS_PER_HOUR + 1);
    let sum = value;
    for (let at = first; at < this.#samples.size; at += 1) sum += this.#samples.valueAt(at);
    return sum / (this.#samples.size - first + 1);
  }

  #rhythmDeviation(timeSeconds: number, hourMean: number): number {
    let nearest = Infinity;
    for (let day = 1; day <= REMEMBERED_DAYS; day += 1) {
      const center = timeSeconds - day * SECONDS_PER_DAY;
      const until = center + RHYTHM_TOLERANCE_SECONDS;
      let at = this.#hourMeans.firstFrom(center - RHYTHM_TOLERANCE_SECONDS);
      for (; at < this.#hourMeans.size && this.#hourMeans.timeAt(at) <= until; at += 1) {
        nearest = Math.min(nearest, Math.abs(this.#hourMeans.valueAt(at) - hourMean));
      }
    }
    return nearest === Infinity ? NaN : nearest;
  }

  #timeOfDayDeviation(timeSeconds: number, value: number): number {
    this.#sameTime.clear();
    for (let day = 1; day <= REMEMBERED_DAYS; day += 1) {
      const center = timeSeconds - day * SECONDS_PER_DAY;
      const at = this.#samples.firstFrom(center);
      // A day that was not observed has nothing at this time.
      if (!(Math.abs(this.#samples.timeAt(at) - center) <= RHYTHM_TOLERANCE_SECONDS)) continue;
      for (let near = at - SAME_TIME_NEIGHBORS; near <= at + SAME_TIME_NEIGHBORS; near += 1) {
        if (near >= 0 && near < this.#samples.size) this.#sameTime.add(this.#samples.valueAt(near));
      }
    }
    return Math.abs(value - this.#sameTime.median());
  }
}

function history(): TimedHistory {
  const maximumAgeSeconds = REMEMBERED_DAYS * SECONDS_PER_DAY + RHYTHM_TOLERANCE_SECONDS;
  return new TimedHistory(MAXIMUM_SAMPLES, maximumAgeSeconds);
}

function refill(target: TimedHistory, pairs: Float64Array): void {
  target.clear();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    target.append(pairs[at] ?? NaN, pairs[at + 1] ?? NaN);
  }
}
