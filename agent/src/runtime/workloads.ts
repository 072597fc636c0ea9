import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  Call,
  Json,
  Persistent,
  UsageReading,
  UsageSink,
  WorkloadKey,
  WorkloadState,
  WorkloadView,
} from "../core/index.js";
import { Pipeline } from "../pipeline.js";
import { PipelineDrops } from "./pipeline-drops.js";
import { pipelineSnapshot, restorePipeline } from "./pipeline-snapshot.js";

/** The pipelines of all workloads that one process holds. Ingestion bounds how many there can be. */
export class Workloads implements WorkloadView, UsageSink, Persistent {
  readonly #create: (workload: WorkloadKey) => Pipeline;
  readonly #onRestoreProblem: (workload: WorkloadKey, problem: string) => void;
  readonly #pipelines = new Map<WorkloadKey, Pipeline>();
  readonly #drops = new PipelineDrops();
  #lateInQueue = 0;

  /** `onRestoreProblem`: told of each part of a checkpoint that does not fit and starts anew. */
  constructor(
    create: (workload: WorkloadKey) => Pipeline,
    onRestoreProblem: (workload: WorkloadKey, problem: string) => void = () => undefined,
  ) {
    this.#create = create;
    this.#onRestoreProblem = onRestoreProblem;
  }

  get pipelines(): readonly Pipeline[] {
    return [...this.#pipelines.values()];
  }

  /** Calls that were accepted and became late while they waited for the pipeline. */
  get lateInQueue(): number {
    return this.#lateInQueue;
  }

  /** What pipelines have given up to stay within limits, with those that are forgotten by now. */
  drops(): ReturnType<PipelineDrops["with"]> {
    return this.#drops.with(this.pipelines);
  }

  pipeline(key: WorkloadKey): Pipeline | undefined {
    return this.#pipelines.get(key);
  }

  async process(calls: readonly Call[]): Promise<void> {
    let from = 0;
    while (from < calls.length) {
      const key = calls[from]?.workload;
      if (key === undefined) return;
      let to = from + 1;
      while (calls[to]?.workload === key) to += 1;
      this.#lateInQueue += await this.#pipelineOf(key).process(calls.slice(from, to));
      from = to;
    }
  }

  /** Lets event time come to `seconds` in every workload. */
  async advance(seconds: number): Promise<void> {
    for (const pipeline of this.#pipelines.values()) await pipeline.advance(seconds);
  }

  /**
   * Forgets workloads that nobody has called since a moment, so that others have room. Those that were
   * never called are kept: they are scraped because somebody configured it.
   */
  forgetSilentSince(seconds: number): readonly WorkloadKey[] {
    return this.#forget(({ lastCallSeconds }) => (lastCallSeconds ?? Infinity) < seconds);
  }

  /**
   * Forgets workloads whose event time is past `seconds`, because the clock was wrong: until the clock
   * came to where they are, each of their calls would be late.
   */
  forgetAheadOf(seconds: number): readonly WorkloadKey[] {
    return this.#forget(({ reorder }) => reorder.watermarkSeconds > seconds);
  }

  async finish(): Promise<void> {
    for (const pipeline of this.#pipelines.values()) await pipeline.finish();
  }

  record(reading: UsageReading): void {
    this.#pipelineOf(reading.workload).recordUsage(reading);
  }

  workloads(): readonly WorkloadState[] {
    return this.pipelines.flatMap(({ state }) => (state === undefined ? [] : [state]));
  }

  workload(key: WorkloadKey): WorkloadState | undefined {
    return this.#pipelines.get(key)?.state;
  }

  snapshot(): Json {
    const taking = this.#snapshot();
    let step = taking.next();
    while (step.done !== true) step = taking.next();
    return step.value;
  }

  /**
   * The same, with a turn of the event loop after each part: twenty segments take half a second of
   * processor time together. Nothing may touch the pipelines meanwhile.
   */
  async snapshotInTurns(): Promise<Json> {
    const taking = this.#snapshot();
    let step = taking.next();
    while (step.done !== true) {
      await nextTurn();
      step = taking.next();
    }
    return step.value;
  }

  restore(snapshot: Json): void {
    if (snapshot === null || typeof snapshot !== "object" || Array.isArray(snapshot)) {
      throw new TypeError("workloads: expected an object");
    }
    for (const [key, saved] of Object.entries(snapshot)) {
      // What fits is found out on a pipeline that is thrown away, so that no part is left half restored.
      try {
        const problems = restorePipeline(this.#pipelineOf(key), this.#create(key), saved);
        for (const problem of problems) this.#onRestoreProblem(key, problem);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.#onRestoreProblem(key, error.message);
      }
    }
  }

  *#snapshot(): Generator<undefined, Json> {
    const snapshots: [WorkloadKey, Json][] = [];
    for (const pipeline of this.pipelines) {
      snapshots.push([pipeline.workload, yield* pipelineSnapshot(pipeline)]);
    }
    return Object.fromEntries(snapshots);
  }

  #forget(isForgotten: (pipeline: Pipeline) => boolean): WorkloadKey[] {
    const forgotten = this.pipelines.filter(isForgotten);
    for (const pipeline of forgotten) {
      this.#drops.keep(pipeline);
      this.#pipelines.delete(pipeline.workload);
    }
    return forgotten.map(({ workload }) => workload);
  }

  #pipelineOf(key: WorkloadKey): Pipeline {
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      pipeline = this.#create(key);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }
}
