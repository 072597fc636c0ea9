import { setImmediate as nextTurn } from "node:timers/promises";
import { RecommendationHistory } from "./allocation/history.js";
import { DriftAssessor } from "./assessment/drift.js";
import { InstanceCount } from "./behavior/instance-count.js";
import { RecentLoad } from "./behavior/recent-load.js";
import { ReorderBuffer } from "./behavior/reorder-buffer.js";
import { isGiven, SegmentNamer } from "./behavior/segments.js";
import { sessionKey, SessionTracker } from "./behavior/sessions.js";
import { addDeviation } from "./behavior/window-summary.js";
import { WindowAssembler } from "./behavior/windows.js";
import type { ClosedInterval } from "./behavior/windows.js";
import { CallModelFits, type TrainingOutcome } from "./pipeline/call-model-fits.js";
import { dateDrifts } from "./pipeline/date-drifts.js";
import type {
  Call,
  CallModel,
  Decision,
  DriftCause,
  EventCalendar,
  Fitter,
  Observation,
  Resources,
  UsageReading,
  VolumeModel,
  WindowSummary,
  WorkloadKey,
  WorkloadState,
} from "./core/index.js";
import { DecisionMaker } from "./pipeline/decision-maker.js";
import type { DecisionMakerParts } from "./pipeline/decision-maker.js";
import { ActorClusters } from "./models/clustering/actor-clusters.js";
import { WorkloadCost } from "./models/cost/workload-cost.js";
import { OperationMixModel } from "./models/mix/operation-mix-model.js";
import type { MixWindow } from "./models/mix/operation-mix-model.js";
import { ModelFamily } from "./models/model-family.js";
import { SeriesWatch } from "./models/series/series-watch.js";
import { SegmentModels } from "./models/segment-models.js";
import { requestClusters } from "./pipeline/cluster-fits.js";
import type { PipelineOptions } from "./pipeline/pipeline-options.js";
import { PendingFits } from "./pipeline/pending-fits.js";
import { workloadOutlook } from "./pipeline/workload-outlook.js";
import { stateOf } from "./pipeline/workload-state.js";
import type { LearningParts } from "./pipeline/workload-state.js";

export const STAGES = [
  "order",
  "behavior",
  "models",
  "volume",
  "assess",
  "allocate",
  "explain",
] as const;
export type Stage = (typeof STAGES)[number];

/** What a pipeline is given. */
export interface PipelineParts extends DecisionMakerParts {
  readonly createCallModels: () => readonly CallModel[];
  readonly createVolumeModel: () => VolumeModel;
  readonly fitter: Fitter;
  /** Of holidays and scheduled events, for those who look on; the volume model has its own. */
  readonly calendar?: EventCalendar | undefined;
  /** Runs a stage and takes its time. */
  readonly time: <T>(stage: Stage, run: () => T) => T;
  /** Told what became of each training of a network. */
  readonly onTraining?: ((outcome: TrainingOutcome) => void) | undefined;
  readonly onWindow: ((interval: ClosedInterval, state: WorkloadState) => void) | undefined;
}

/**
 * Calls that are followed in one turn of the event loop: some milliseconds of work. The order of calls
 * comes a second at a time, which at 10,000 calls a second would hold up requests for 200 ms.
 */
export const CALLS_PER_TURN = 250;

/** An outage that goes on for more windows than this is skipped: they have nothing to tell. */
const LONGEST_FILLED_OUTAGE_WINDOWS = 360;
/** What a window without a call tells of operations. */
const SILENT_WINDOW: MixWindow & Pick<WindowSummary, "operations"> = {
  operations: new Map(),
  transitions: new Map(),
  pauseSeconds: new Map(),
};
/** Windows that are closed in one turn, after a jump of event time: some ten milliseconds of work. */
const WINDOWS_PER_TURN = 50;

/** The flow of one workload, from a call to a recommendation. */
export class Pipeline {
  readonly workload: WorkloadKey;
  readonly learning: LearningParts;
  readonly reorder: ReorderBuffer;
  readonly windows: WindowAssembler;
  /** Calls that were learned from since the first start, across restarts. */
  learnedCalls = 0;
  /** Event time of the last call, or of the start before there was one; seconds. */
  lastCallSeconds: number | undefined;
  readonly #options: PipelineOptions;
  readonly #parts: PipelineParts;
  readonly #fits: PendingFits;
  readonly #callModelFits: CallModelFits;
  readonly #decisions: DecisionMaker;
  readonly #causes: readonly DriftCause[];
  readonly #deviations: Float64Array;
  /**
   * The first window with calls after a start is cut off at its beginning, so its rate is not the load; and
   * the silence before the first call of all, while a workload is only scraped, is no load of zero.
   */
  #hasWholeWindows = false;
  #state: WorkloadState | undefined;

  constructor(workload: WorkloadKey, options: PipelineOptions, parts: PipelineParts) {
    this.workload = workload;
    this.#options = options;
    this.#parts = parts;
    this.reorder = new ReorderBuffer(options);
    this.windows = new WindowAssembler(workload, options.windowSeconds);
    const clusters = new ActorClusters(options.clusters);
    this.learning = {
      sessions: new SessionTracker(options),
      clusters,
      segments: new SegmentNamer(options, clusters),
      models: new ModelFamily(parts.createCallModels, (segment) => clusters.has(segment)),
      volume: parts.createVolumeModel(),
      mix: new OperationMixModel(options.mix),
      series: new SeriesWatch(options),
      cost: new WorkloadCost(options),
      drift: new DriftAssessor(options),
      history: new RecommendationHistory(options.allocation.scaleDownStabilizationSeconds),
      load: new RecentLoad(options.windowSeconds, options.outageSeconds),
      instances: new InstanceCount(),
    };
    this.#fits = new PendingFits(parts.fitter, (kind) =>
      kind === "sequence" ? options.trainingDelaySeconds : options.fitDelaySeconds,
    );
    const { drift, history, load, models } = this.learning;
    this.#callModelFits = new CallModelFits(models, drift, this.#fits, parts.onTraining);
    this.#decisions = new DecisionMaker(options.allocation, history, load, parts);
    this.#causes = new SegmentModels(parts.createCallModels).causes;
    this.#deviations = new Float64Array(this.#causes.length);
  }

  /** As of the last closed window; undefined before it. */
  get state(): WorkloadState | undefined {
    return this.#state;
  }

  /** Takes calls in; those whose turn has not come wait. Answers how many of them were late. */
  async process(calls: readonly Call[]): Promise<number> {
    let late = 0;
    const released = this.#parts.time("order", () => {
      for (const call of calls) if (!this.reorder.add(call)) late += 1;
      return this.reorder.release();
    });
    await this.#follow(released);
    return late;
  }

  /** Lets event time come to `seconds` without a call: windows close although nobody calls. */
  async advance(seconds: number): Promise<void> {
    this.reorder.advance(seconds);
    await this.#follow(this.reorder.release());
    // A workload that was restored, or is only scraped, has a state to tell although nobody calls.
    this.windows.open(this.reorder.watermarkSeconds - this.#options.windowSeconds);
    await this.#closeWindowsBefore(this.reorder.watermarkSeconds);
  }

  /** As if no call would come any more: the end of a recorded log. */
  async finish(): Promise<void> {
    await this.#follow(this.reorder.flush());
    await this.#closeWindowsBefore(this.windows.endSeconds ?? 0);
  }

  recordUsage(reading: UsageReading): void {
    this.learning.cost.recordUsage(reading);
  }

  /**
   * A decision on request, for resources as told. It answers a question: neither the resources nor the
   * decision have a part in the regular decisions.
   */
  decideFor(current: Resources, horizonSeconds: number | undefined): Decision | undefined {
    const state = this.#state;
    if (state === undefined) return undefined;
    return this.#decisions.decideOnRequest(state, current, horizonSeconds);
  }

  /** By segment; a small one has none of its own. */
  get models(): ReadonlyMap<string, SegmentModels> {
    return this.learning.models.own;
  }

  /** What runs: as configured; how many, as many as report where the configuration does not say. */
  get #current(): Resources {
    const { replicas, ...replica } = this.#options.currentResources;
    return { replicas: replicas ?? this.learning.instances.count ?? 1, ...replica };
  }

  async #follow(calls: readonly Call[]): Promise<void> {
    for (let next = 0; next < calls.length;) {
      const first = calls[next];
      if (first === undefined) return;
      this.windows.open(first.timeSeconds);
      if (first.timeSeconds >= (this.windows.endSeconds ?? 0)) {
        await this.#closeWindowsBefore(first.timeSeconds);
      }
      next = this.#observeWithinWindow(calls, next);
      // A replay has no requests to answer.
      if (next < calls.length && !this.#options.waitForFits) await nextTurn();
    }
  }

  /** Everything that happens to each call. Answers the index of the first call of a later window or turn. */
  #observeWithinWindow(calls: readonly Call[], from: number): number {
    const end = this.windows.endSeconds ?? Infinity;
    const turnEnd = Math.min(calls.length, from + CALLS_PER_TURN);
    const observed: { observation: Observation; window: WindowSummary }[] = [];
    let next = from;
    const { sessions, segments, clusters, models: family } = this.learning;
    this.#parts.time("behavior", () => {
      for (; next < turnEnd; next += 1) {
        const call = calls[next];
        if (call === undefined || call.timeSeconds >= end) return;
        const place = sessions.place(call);
        const segment = segments.segmentOf(call);
        const observation = { call, segment, sessionKey: sessionKey(call), ...place };
        if (!isGiven(call)) clusters.observe(observation);
        observed.push({ observation, window: this.windows.add(observation) });
      }
    });
    this.#parts.time("models", () => {
      for (const { observation, window } of observed) {
        const models = family.of(observation.segment);
        models.score(observation, this.#deviations);
        // By index: this runs for each call, and an iterator of entries makes a pair each time.
        for (let index = 0; index < this.#causes.length; index += 1) {
          const cause = this.#causes[index];
          if (cause !== undefined) addDeviation(window, cause, this.#deviations[index] ?? NaN);
        }
        family.learn(models, observation);
      }
    });
    this.learnedCalls += observed.length;
    this.lastCallSeconds = observed.at(-1)?.observation.call.timeSeconds ?? this.lastCallSeconds;
    return next;
  }

  /** Closes every window that ends at or before `seconds`; of a long outage only the last one. */
  async #closeWindowsBefore(seconds: number): Promise<void> {
    const { windows } = this;
    const { windowSeconds, waitForFits } = this.#options;
    for (let closed = 1; (windows.endSeconds ?? Infinity) <= seconds; closed += 1) {
      await this.#closeWindow();
      const left = (seconds - (windows.endSeconds ?? Infinity)) / windowSeconds;
      if (this.learning.load.inOutage && left > LONGEST_FILLED_OUTAGE_WINDOWS) {
        windows.skipTo(windows.startOf(seconds) - windowSeconds);
      }
      if (closed % WINDOWS_PER_TURN === 0 && !waitForFits) await nextTurn();
    }
  }

  async #closeWindow(): Promise<void> {
    const { time } = this.#parts;
    const { cost, drift, sessions, load, instances, models } = this.learning;
    const interval = time("behavior", () => this.windows.close());
    sessions.expire(interval.endSeconds);
    time("models", () => {
      models.closeWindow();
    });
    time("volume", () => {
      if (!this.#hasWholeWindows) {
        this.#hasWholeWindows = this.learnedCalls > 0;
        this.#observeLoad(interval, { startSeconds: interval.startSeconds });
        return;
      }
      for (const rate of load.close(interval.startSeconds, interval.overall.calls)) {
        this.#observeLoad(interval, rate);
      }
    });
    time("assess", () => {
      drift.observe(interval.segments);
      dateDrifts(drift, interval.endSeconds, this.#options.windowSeconds);
      if (interval.overall.calls > 0) cost.recordCalls(interval.overall);
      instances.observe(interval.endSeconds, interval.overall.instances);
    });
    for (let late = this.#adoptFits(interval); late !== undefined;) {
      await late;
      late = this.#adoptFits(interval);
    }
    this.#requestFits(interval.endSeconds);
    const assessed = time("assess", () =>
      stateOf(
        interval,
        this.learning,
        this.learnedCalls > 0 || this.reorder.size > 0,
        this.#parts.calendar,
      ),
    );
    const decision = this.#decisions.decide(assessed, this.#current);
    this.#state = { ...assessed, decision };
    this.#parts.onWindow?.(interval, this.#state);
  }

  /** The load of a window that has become certain: of this interval, or of a silent one before it. */
  #observeLoad(
    { startSeconds, endSeconds, overall, segments }: ClosedInterval,
    rate: { readonly startSeconds: number; readonly callsPerSecond?: number | undefined },
  ): void {
    const { volume, mix, series, models } = this.learning;
    volume.observe(rate.startSeconds, rate.callsPerSecond);
    const isOfInterval = rate.startSeconds === startSeconds;
    const window = isOfInterval ? overall : SILENT_WINDOW;
    // Models have learned all calls of the interval: of a silent window before it they know too much.
    const outlook = isOfInterval ? workloadOutlook(models, segments, endSeconds) : undefined;
    const isGap = rate.callsPerSecond === undefined;
    mix.observe(rate.startSeconds, isGap ? undefined : window, volume.forecast(), outlook);
    series.observe(rate.startSeconds, rate.callsPerSecond, window);
  }

  #adoptFits({ endSeconds }: ClosedInterval): Promise<unknown> | undefined {
    const late = this.#fits.adoptDue(endSeconds);
    return this.#options.waitForFits ? late : undefined;
  }

  #requestFits(endSeconds: number): void {
    const { volume } = this.learning;
    const job = volume.dueFit();
    if (job !== undefined) {
      this.#fits.request(job, endSeconds, (result) => {
        volume.adopt(result);
      });
    }
    this.#callModelFits.requestDue(endSeconds);
    requestClusters(this.learning, this.#fits, endSeconds);
  }
}
