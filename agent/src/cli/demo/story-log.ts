/** What has happened so far in the demo: histories to draw, events to tell, milestones to judge. */
import type { WorkloadState } from "../../core/index.js";

export interface StoryEvent {
  readonly storySeconds: number;
  readonly text: string;
  readonly kind: "story" | "agent" | "alarm";
}

/** When things happened, seconds into the story; undefined: not (yet). */
export interface Milestones {
  readonly exportsBeganSeconds: number | undefined;
  readonly campaignBeganSeconds: number | undefined;
  /** First report of drift after the exports began. */
  readonly driftReportedSeconds: number | undefined;
  /** Reports of drift while nothing had changed yet: false alarms. */
  readonly falseAlarms: number;
  /** First time that more replicas were recommended than when the exports began. */
  readonly recommendationRoseSeconds: number | undefined;
  /** Where the minute with the most calls ended. */
  readonly loadPeakSeconds: number | undefined;
  readonly peakCallsPerSecond: number | undefined;
}

export interface DriftThresholds {
  readonly score: number;
  readonly confidence: number;
}

/** Longer than a story of 30 minutes in windows of 10 s: what a wide terminal can draw. */
const MAXIMUM_HISTORY = 200;
const MAXIMUM_EVENTS = 50;
/** The peak is that of the mean over a minute, so that one lucky window does not make it. */
const PEAK_MEAN_SECONDS = 60;
/** The load has peaked once its mean has fallen this far below the highest. */
const PEAK_PASSED_RATIO = 0.9;

export class StoryLog {
  readonly #thresholds: DriftThresholds;
  readonly #drifting = new Set<string>();
  readonly #recentLoad: { readonly atSeconds: number; readonly callsPerSecond: number }[] = [];
  #lastTimeSeconds = Number.NEGATIVE_INFINITY;
  #lastTargetReplicas: number | undefined;
  #replicasBeforeExports: number | undefined;
  #lastClass = "normal";
  #peakTold = false;
  #milestones: Milestones = {
    exportsBeganSeconds: undefined,
    campaignBeganSeconds: undefined,
    driftReportedSeconds: undefined,
    falseAlarms: 0,
    recommendationRoseSeconds: undefined,
    loadPeakSeconds: undefined,
    peakCallsPerSecond: undefined,
  };
  /** The last ones, oldest first. */
  readonly events: StoryEvent[] = [];
  #eventsEver = 0;
  readonly callsPerSecond: number[] = [];
  readonly driftScores = new Map<string, (number | undefined)[]>();
  readonly targetReplicas: (number | undefined)[] = [];

  constructor(thresholds: DriftThresholds) {
    this.#thresholds = thresholds;
  }

  get milestones(): Milestones {
    return this.#milestones;
  }

  /** Those that came after the first `count` ones ever, as far as they are still kept. */
  eventsAfter(count: number): readonly StoryEvent[] {
    const wanted = this.#eventsEver - count;
    return wanted > 0 ? this.events.slice(-wanted) : [];
  }

  exportsBegin(storySeconds: number): void {
    this.#milestones = { ...this.#milestones, exportsBeganSeconds: storySeconds };
    this.#replicasBeforeExports = this.#lastTargetReplicas;
    this.#tell(storySeconds, "story", "analysts begin to export");
  }

  campaignBegins(storySeconds: number): void {
    this.#milestones = { ...this.#milestones, campaignBeganSeconds: storySeconds };
    this.#tell(storySeconds, "story", "a campaign begins: shoppers come in");
  }

  /**
   * Takes a state in, once for each window. `nowSeconds` is when it was seen, `startSeconds` when the
   * story began: both in the time of the agent's clock.
   */
  observe(state: WorkloadState, nowSeconds: number, startSeconds: number): void {
    if (state.timeSeconds <= this.#lastTimeSeconds || state.timeSeconds <= startSeconds) return;
    this.#lastTimeSeconds = state.timeSeconds;
    const seenSeconds = nowSeconds - startSeconds;
    keep(this.callsPerSecond, state.overall.callsPerSecond);
    keep(this.targetReplicas, state.decision?.recommended.target.replicas);
    for (const segment of [state.overall, ...state.segments]) {
      const scores = this.driftScores.get(segment.segment) ?? [];
      keep(scores, segment.drift.status === "ready" ? segment.drift.value.score : undefined);
      this.driftScores.set(segment.segment, scores);
    }
    this.#followDrift(state, seenSeconds);
    this.#followClass(state, seenSeconds);
    this.#followRecommendation(state, seenSeconds);
    this.#followLoad(state, state.timeSeconds - startSeconds);
  }

  #followDrift(state: WorkloadState, seenSeconds: number): void {
    for (const { segment, drift } of [...state.segments, state.overall]) {
      if (drift.status !== "ready") continue;
      const { score, confidence, contributions } = drift.value;
      const reported = score > this.#thresholds.score && confidence > this.#thresholds.confidence;
      if (!reported) {
        if (this.#drifting.delete(segment)) {
          this.#tell(seenSeconds, "agent", `behavior of ${segment} is as learned again`);
        }
        continue;
      }
      if (this.#drifting.has(segment)) continue;
      this.#drifting.add(segment);
      const causes = contributions.slice(0, 3).map(({ cause }) => cause.replaceAll("_", " "));
      const why = causes.length > 0 ? `: ${[...new Set(causes)].join(", ")}` : "";
      this.#tell(seenSeconds, "alarm", `drift reported in ${segment}${why}`);
      if (this.#milestones.exportsBeganSeconds === undefined) {
        this.#milestones = {
          ...this.#milestones,
          falseAlarms: this.#milestones.falseAlarms + 1,
        };
      } else if (this.#milestones.driftReportedSeconds === undefined) {
        this.#milestones = { ...this.#milestones, driftReportedSeconds: seenSeconds };
      }
    }
  }

  #followClass(state: WorkloadState, seenSeconds: number): void {
    if (state.predictedWorkload.status !== "ready") return;
    const workloadClass = state.predictedWorkload.value.class;
    if (workloadClass === this.#lastClass) return;
    this.#lastClass = workloadClass;
    this.#tell(seenSeconds, "agent", `workload predicted: ${workloadClass.replaceAll("_", " ")}`);
  }

  #followRecommendation(state: WorkloadState, seenSeconds: number): void {
    const target = state.decision?.recommended.target.replicas;
    if (target === undefined) return;
    const before = this.#lastTargetReplicas;
    this.#lastTargetReplicas = target;
    if (before !== undefined && before !== target) {
      const text = `replicas recommended: ${String(before)} → ${String(target)}`;
      this.#tell(seenSeconds, "agent", text);
    }
    if (
      this.#replicasBeforeExports !== undefined &&
      target > this.#replicasBeforeExports &&
      this.#milestones.recommendationRoseSeconds === undefined
    ) {
      this.#milestones = { ...this.#milestones, recommendationRoseSeconds: seenSeconds };
    }
  }

  #followLoad(state: WorkloadState, atSeconds: number): void {
    this.#recentLoad.push({ atSeconds, callsPerSecond: state.overall.callsPerSecond });
    while ((this.#recentLoad[0]?.atSeconds ?? atSeconds) <= atSeconds - PEAK_MEAN_SECONDS) {
      this.#recentLoad.shift();
    }
    const mean =
      this.#recentLoad.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0) /
      this.#recentLoad.length;
    const { peakCallsPerSecond, loadPeakSeconds, campaignBeganSeconds } = this.#milestones;
    if (peakCallsPerSecond === undefined || mean > peakCallsPerSecond) {
      // Before a full minute has been seen its mean is no mean.
      if (atSeconds < PEAK_MEAN_SECONDS) return;
      this.#milestones = {
        ...this.#milestones,
        peakCallsPerSecond: mean,
        loadPeakSeconds: atSeconds,
      };
    } else if (
      !this.#peakTold &&
      loadPeakSeconds !== undefined &&
      campaignBeganSeconds !== undefined &&
      loadPeakSeconds > campaignBeganSeconds &&
      mean < peakCallsPerSecond * PEAK_PASSED_RATIO
    ) {
      this.#peakTold = true;
      this.#tell(loadPeakSeconds, "story", `load peaks: ${peakCallsPerSecond.toFixed(1)} calls/s`);
    }
  }

  #tell(storySeconds: number, kind: StoryEvent["kind"], text: string): void {
    this.#eventsEver += 1;
    keep(this.events, { storySeconds, text, kind }, MAXIMUM_EVENTS);
  }
}

function keep<T>(list: T[], item: T, maximum = MAXIMUM_HISTORY): void {
  list.push(item);
  if (list.length > maximum) list.shift();
}
