import { setImmediate as nextTurn } from "node:timers/promises";
import { ReorderBuffer } from "./behavior/reorder-buffer.js";
import { isGiven } from "./behavior/segments.js";
import { sessionKey } from "./behavior/sessions.js";
import { addDeviation } from "./behavior/window-summary.js";
import { WindowAssembler } from "./behavior/windows.js";
import type { ClosedInterval } from "./behavior/windows.js";
import { CallModelFits, type TrainingOutcome } from "./pipeline/call-model-fits.js";
import { dateDrifts } from "./pipeline/date-drifts.js";
import type {
  Call,
  Decision,
  DriftCause,
  EventCalendar,
  Fitter,
  Observation,
  Resources,
  UsageReading,
  WindowSummary,
  WorkloadKey,
  WorkloadState,
} from "./core/index.js";
import { DecisionMaker } from "./pipeline/decision-maker.js";
import type { DecisionMakerParts } from "./pipeline/decision-maker.js";
import { SegmentModels } from "./models/segment-models.js";
import { requestClusters } from "./pipeline/cluster-fits.js";
import { createLearningParts } from "./pipeline/learning-parts.js";
import type { LearningParts, ModelMakers } from "./pipeline/learning-parts.js";
import { LoadLearning } from "./pipeline/load-learning.js";
import type { PipelineOptions } from "./pipeline/pipeline-options.js";
import { PendingFits } from "./pipeline/pending-fits.js";
import { closeWindowsBefore } from "./pipeline/window-closing.js";
import { stateOf } from "./pipeline/workload-state.js";

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
export interface PipelineParts extends DecisionMakerParts, ModelMakers {
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
  readonly #loadLearning: LoadLearning;
  readonly #causes: readonly DriftCause[];
  readonly #deviations: Float64Array;
  #state: WorkloadState | undefined;

  constructor(workload: WorkloadKey, options: PipelineOptions, parts: PipelineParts) {
    this.workload = workload;
    this.#options = options;
    this.#parts = parts;
    this.reorder = new ReorderBuffer(options);
    this.windows = new WindowAssembler(workload, options.windowSeconds);
    this.learning = createLearningParts(options, parts);
    this.#fits = new PendingFits(parts.fitter, (kind) =>
      kind === "sequence" ? options.trainingDelaySeconds : options.fitDelaySeconds,
    );
    const { drift, history, load, models } = this.learning;
    this.#callModelFits = new CallModelFits(models, drift, this.#fits, parts.onTraining);
    this.#decisions = new DecisionMaker(options.allocation, history, load, parts);
    this.#loadLearning = new LoadLearning(this.learning);
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

  async #closeWindowsBefore(seconds: number): Promise<void> {
    await closeWindowsBefore(seconds, {
      windows: this.windows,
      load: this.learning.load,
      options: this.#options,
      closeWindow: () => this.#closeWindow(),
    });
  }

  async #closeWindow(): Promise<void> {
    const { time } = this.#parts;
    const { cost, drift, sessions, instances, models } = this.learning;
    const interval = time("behavior", () => this.windows.close());
    sessions.expire(interval.endSeconds);
    time("models", () => {
      models.closeWindow();
    });
    time("volume", () => {
      this.#loadLearning.closeWindow(interval, this.learnedCalls > 0);
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
