import type {
  Drift,
  DriftCause,
  DriftContribution,
  Json,
  ModelResult,
  Persistent,
  WindowSummary,
} from "../core/index.js";
import { ready, SnapshotReader, warmingUp } from "../core/index.js";
import { SegmentDrift } from "./segment-drift.js";

export interface DriftOptions {
  readonly windowSeconds: number;
  /**
   * On behavior that does not change, a score above 0.5 comes on average at most once in this time, for
   * a workload as a whole and for each of its segments.
   */
  readonly falseAlarmIntervalSeconds: number;
  readonly referenceHalfLifeSeconds: number;
  readonly warmUpWindows: number;
  /** Drift that lasts this long is learned as the new normal. */
  readonly newNormalSeconds: number;
}

/** Prior of the confidence: behavior really changes about once a day. */
const SECONDS_BETWEEN_CHANGES = 86_400;
/** The score at which the evidence reaches the alarm level; what lies above is severity. */
const ALARM_SCORE = 0.5;
/**
 * A segment that was silent for more windows than this while others called has left: the workload as a
 * whole is what calls now.
 */
const ABSENT_WINDOWS = 6;
/** Contributions that are listed at most; smaller ones are added to none. */
const LISTED_CONTRIBUTIONS = 8;

/**
 * Drift of one workload: per segment, and for the whole as the mean of the evidence of the segments that
 * call. Which ones do does not depend on their evidence, so the mean keeps the promise below.
 *
 * Score: up to 0.5 it is the evidence, on a logarithmic scale, relative to the alarm level A = false
 * alarm interval / window length; from there on 0.5 + severity / 2. So a score above 0.5 has the stated
 * rate of false alarms (see {@link ChangeEvidence}), and how far it goes above tells how much changed.
 *
 * Confidence: the posterior probability that a change has happened, R / (R + 1/q), where R is the
 * evidence and q the prior probability of a change in a window: Shiryaev, "On optimum methods in quickest
 * detection problems", Theory of Probability and its Applications 8 (1963).
 */
export class DriftAssessor implements Persistent {
  readonly #options: DriftOptions;
  readonly #alarmLevel: number;
  readonly #segments = new Map<string, SegmentDrift>();
  /** Windows for which a segment has been silent while others called; those that call have none. */
  readonly #silentWindows = new Map<string, number>();
  /** When a segment's change began, as dated by change-point detection. */
  readonly #since = new Map<string, number>();
  /** As of the last windows, made when somebody asks. */
  readonly #segmentDrifts = new Map<string, Drift>();

  constructor(options: DriftOptions) {
    this.#options = options;
    this.#alarmLevel = options.falseAlarmIntervalSeconds / options.windowSeconds;
  }

  /** The windows of one interval; a segment that has none was silent. */
  observe(windows: readonly WindowSummary[]): void {
    this.#segmentDrifts.clear();
    const silent = new Set(this.#segments.keys());
    for (const window of windows) {
      if (window.calls === 0) continue;
      silent.delete(window.segment);
      this.#silentWindows.delete(window.segment);
      let segment = this.#segments.get(window.segment);
      if (segment === undefined) {
        segment = this.#newSegment();
        this.#segments.set(window.segment, segment);
      }
      segment.observe(window);
    }
    const isAnyoneCalling = silent.size < this.#segments.size;
    for (const name of silent) {
      this.#segments.get(name)?.observeSilence();
      // When nobody calls, nobody has left.
      if (!isAnyoneCalling) continue;
      this.#silentWindows.set(name, (this.#silentWindows.get(name) ?? 0) + 1);
    }
    for (const name of this.#since.keys()) if (!this.isInAlarm(name)) this.#since.delete(name);
  }

  segment(name: string): ModelResult<Drift> {
    const segment = this.#segments.get(name);
    if (segment === undefined) return warmingUp("no_calls_yet");
    if (!segment.ready) return warmingUp("too_few_windows");
    let drift = this.#segmentDrifts.get(name);
    if (drift === undefined) {
      drift = this.#drift([[name, segment]]);
      this.#segmentDrifts.set(name, drift);
    }
    return ready(drift);
  }

  overall(): ModelResult<Drift> {
    if (this.#segments.size === 0) return warmingUp("no_calls_yet");
    const speaking = [...this.#segments].filter(
      ([name, segment]) => segment.ready && (this.#silentWindows.get(name) ?? 0) <= ABSENT_WINDOWS,
    );
    const [only] = speaking;
    if (only === undefined) return warmingUp("too_few_windows");
    return speaking.length === 1 ? this.segment(only[0]) : ready(this.#drift(speaking));
  }

  /**
   * Standardized deviations of the segments in drift whose change has not been dated yet, one series per
   * aspect, named by segment: work for change-point detection.
   */
  undated(): Readonly<Record<string, readonly Float64Array[]>> {
    const series: [string, readonly Float64Array[]][] = [];
    for (const [name, segment] of this.#segments) {
      if (!this.isInAlarm(name) || this.#since.has(name)) continue;
      const loud = segment.aspects.filter(({ chart }) => chart.evidence >= this.#alarmLevel);
      series.push([name, loud.map(({ history }) => Float64Array.from(history))]);
    }
    return Object.fromEntries(series);
  }

  /** Says when a segment's change began; a drift that is over by now needs no date. */
  date(segment: string, sinceSeconds: number): void {
    if (this.isInAlarm(segment)) this.#since.set(segment, sinceSeconds);
    this.#segmentDrifts.delete(segment);
  }

  /** Begins the charts of a segment anew: its deviations come from another model from now on. */
  restart(segment: string): void {
    this.#segments.get(segment)?.startAnew();
    this.#since.delete(segment);
    this.#segmentDrifts.delete(segment);
  }

  /** The same for some of its causes: the evidence of the others stays. */
  restartCauses(segment: string, causes: readonly DriftCause[]): void {
    this.#segments.get(segment)?.startAnewIn(causes);
    this.#segmentDrifts.delete(segment);
  }

  /** Of a segment that is no more. */
  forget(segment: string): void {
    this.#segments.delete(segment);
    this.#silentWindows.delete(segment);
    this.#since.delete(segment);
    this.#segmentDrifts.delete(segment);
  }

  /** Whether there is evidence of a change that is not the new normal yet. */
  isInAlarm(segment: string): boolean {
    return (this.#segments.get(segment)?.evidence ?? 0) >= this.#alarmLevel;
  }

  snapshot(): Json {
    return {
      segments: Object.fromEntries(
        [...this.#segments].map(([name, segment]) => [name, segment.snapshot()]),
      ),
      silentWindows: Object.fromEntries(this.#silentWindows),
      since: Object.fromEntries(this.#since),
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "drift");
    this.#segmentDrifts.clear();
    this.#segments.clear();
    for (const [name, saved] of reader.field("segments").entries()) {
      const segment = this.#newSegment();
      segment.restore(saved);
      this.#segments.set(name, segment);
    }
    restoreNumbers(this.#silentWindows, reader.field("silentWindows"));
    restoreNumbers(this.#since, reader.field("since"));
  }

  #newSegment(): SegmentDrift {
    const { windowSeconds, referenceHalfLifeSeconds, warmUpWindows, newNormalSeconds } =
      this.#options;
    return new SegmentDrift({
      warmUpWindows,
      halfLifeWindows: referenceHalfLifeSeconds / windowSeconds,
      alarmLevel: this.#alarmLevel,
      newNormalWindows: newNormalSeconds / windowSeconds,
    });
  }

  #drift(segments: readonly (readonly [string, SegmentDrift])[]): Drift {
    const evidence =
      segments.reduce((sum, [, segment]) => sum + segment.evidence, 0) / segments.length;
    const contributions = this.#contributions(segments);
    const confidence =
      evidence / (evidence + SECONDS_BETWEEN_CHANGES / this.#options.windowSeconds);
    const since = segments.map(([name]) => this.#since.get(name) ?? Infinity);
    const sinceSeconds = Math.min(...since);
    return {
      score: this.#score(evidence, contributions),
      confidence,
      sinceSeconds: Number.isFinite(sinceSeconds) ? sinceSeconds : undefined,
      contributions,
    };
  }

  #score(evidence: number, contributions: readonly DriftContribution[]): number {
    if (evidence < this.#alarmLevel) {
      return (ALARM_SCORE * Math.log1p(evidence)) / Math.log1p(this.#alarmLevel);
    }
    const severity = contributions.reduce((sum, { share, severity }) => sum + share * severity, 0);
    return ALARM_SCORE + (1 - ALARM_SCORE) * Math.min(1, severity);
  }

  #contributions(segments: readonly (readonly [string, SegmentDrift])[]): DriftContribution[] {
    const all = segments.flatMap(([name, segment]) =>
      segment.aspects.map((aspect) => ({ name, segment, aspect, weight: aspect.chart.evidence })),
    );
    const total = all.reduce((sum, { weight }) => sum + weight, 0);
    // Halfway to the alarm, as the score goes: what has less evidence says nothing yet.
    const telling = Math.sqrt(this.#alarmLevel);
    return all
      .filter(({ weight }) => weight >= telling)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, LISTED_CONTRIBUTIONS)
      .map(({ name, segment, aspect, weight }) => {
        const comparison = segment.comparison(aspect);
        return {
          segment: name,
          cause: aspect.cause,
          ...(comparison?.operation === undefined ? {} : { operation: comparison.operation }),
          share: weight / total,
          severity: segment.severity(aspect),
          recent: comparison?.recent,
          learned: comparison?.learned,
        };
      });
  }
}

function restoreNumbers(into: Map<string, number>, snapshot: SnapshotReader): void {
  into.clear();
  for (const [segment, value] of snapshot.entries()) into.set(segment, value.number());
}
