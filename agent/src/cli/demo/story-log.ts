/** What has happened so far in the demo: histories to draw, events to tell, milestones to judge. */
import { RecentLoad } from "../../behavior/recent-load.js";
import type { WorkloadState } from "../../core/index.js";
import { storyTime } from "./story-time.js";

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
  /** Mean over that minute. */
  readonly peakCallsPerSecond: number | undefined;
}

/** What the agent goes by, so that the story goes by the same. */
export interface StoryLogOptions {
  /** Above both of them drift counts as reported. */
  readonly driftScore: number;
  readonly driftConfidence: number;
  readonly windowSeconds: number;
  readonly outageSeconds: number;
}

/** Longer than a story of 30 minutes in windows of 10 s: what a wide terminal can draw. */
const MAXIMUM_HISTORY = 200;
const MAXIMUM_EVENTS = 50;
/** The peak is that of the mean over a minute, so that one lucky window does not make it. */
const PEAK_MEAN_SECONDS = 60;
/** The load has peaked once its mean has fallen this far below the highest. */
const PEAK_PASSED_RATIO = 0.9;

export class StoryLog {
  readonly #options: StoryLogOptions;
  readonly #load: RecentLoad;
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
  /** The last ones, in order of their time. */
  readonly events: StoryEvent[] = [];
  #untold: StoryEvent[] = [];
  readonly callsPerSecond: (number | undefined)[] = [];
  readonly driftScores = new Map<string, (number | undefined)[]>();
  readonly targetReplicas: (number | undefined)[] = [];

  constructor(options: StoryLogOptions) {
    this.#options = options;
    this.#load = new RecentLoad(options.windowSeconds, options.outageSeconds);
  }

  get milestones(): Milestones {
    return this.#milestones;
  }

  /** The load "now", as the agent's own reasons have it; undefined while none is known. */
  get nowCallsPerSecond(): number | undefined {
    return this.#load.callsPerSecond;
  }

  /** Those that were not taken before, in order of their time. */
  takeUntold(): readonly StoryEvent[] {
    const untold = this.#untold;
    this.#untold = [];
    return untold;
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
    this.#followLoad(state.overall.callsPerSecond, state.timeSeconds - startSeconds, seenSeconds);
  }

  #followDrift(state: WorkloadState, seenSeconds: number): void {
    for (const { segment, drift } of [...state.segments, state.overall]) {
      if (drift.status !== "ready") continue;
      const { score, confidence, contributions } = drift.value;
      const reported =
        score > this.#options.driftScore && confidence > this.#options.driftConfidence;
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

  #followLoad(callsPerSecond: number | undefined, atSeconds: number, seenSeconds: number): void {
    const { windowSeconds } = this.#options;
    this.#load.close(atSeconds - windowSeconds, (callsPerSecond ?? 0) * windowSeconds);
    if (callsPerSecond === undefined) return;
    this.#recentLoad.push({ atSeconds, callsPerSecond });
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
      const peak = `${peakCallsPerSecond.toFixed(1)} calls/s over a minute`;
      // It is known afterwards only, and a log goes by the time at which things are known.
      this.#tell(
        seenSeconds,
        "story",
        `the load has peaked at ${storyTime(loadPeakSeconds)}: ${peak}`,
      );
    }
  }

  /** What the load tells may come a moment after what the agent has said since. */
  #tell(storySeconds: number, kind: StoryEvent["kind"], text: string): void {
    const event = { storySeconds, text, kind };
    for (const list of [this.events, this.#untold]) {
      const later = list.findIndex((other) => other.storySeconds > storySeconds);
      list.splice(later === -1 ? list.length : later, 0, event);
      if (list.length > MAXIMUM_EVENTS) list.shift();
    }
  }
}

function keep<T>(list: T[], item: T, maximum = MAXIMUM_HISTORY): void {
  list.push(item);
  if (list.length > maximum) list.shift();
}
