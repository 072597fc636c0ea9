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
import { pipelineSnapshot, restorePipeline } from "./pipeline-snapshot.js";

/** The pipelines of all workloads that one process holds. Ingestion bounds how many there can be. */
export class Workloads implements WorkloadView, UsageSink, Persistent {
  readonly #create: (workload: WorkloadKey) => Pipeline;
  readonly #pipelines = new Map<WorkloadKey, Pipeline>();
  #lateInQueue = 0;

  constructor(create: (workload: WorkloadKey) => Pipeline) {
    this.#create = create;
  }

  get pipelines(): readonly Pipeline[] {
    return [...this.#pipelines.values()];
  }

  /** Calls that were accepted and became late while they waited for the pipeline. */
  get lateInQueue(): number {
    return this.#lateInQueue;
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
    return Object.fromEntries(
      this.pipelines.map((pipeline) => [pipeline.workload, pipelineSnapshot(pipeline)]),
    );
  }

  restore(snapshot: Json): void {
    if (snapshot === null || typeof snapshot !== "object" || Array.isArray(snapshot)) {
      throw new TypeError("workloads: expected an object");
    }
    for (const [key, saved] of Object.entries(snapshot)) {
      restorePipeline(this.#pipelineOf(key), saved);
    }
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
