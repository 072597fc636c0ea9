import type { Pipeline } from "../pipeline.js";

interface PipelineDrop {
  readonly what: string;
  readonly reason: string;
  /** Since the pipeline began; never falls. */
  readonly countOf: (pipeline: Pipeline) => number;
}

/** What each workload's pipeline gives up to stay within its limits. */
const PIPELINE_DROPS: readonly PipelineDrop[] = [
  {
    what: "order",
    reason: "reorder_buffer_full",
    countOf: ({ reorder }) => reorder.releasedEarly,
  },
  pastLimit("sessions", ({ learning }) => learning.sessions.forgotten),
  pastLimit("segments", ({ learning }) => learning.segments.pooledCalls),
  pastLimit("actors", ({ learning }) => learning.clusters.forgotten),
  pastLimit("instances_of_usage", ({ learning }) => learning.cost.forgottenInstances),
  pastLimit("calls_of_uncounted_operations", ({ learning }) => learning.mix.uncountedCalls),
];

/** Sums over all pipelines there are and have been: the sum must not fall when one is forgotten. */
export class PipelineDrops {
  readonly #ofForgotten = PIPELINE_DROPS.map(() => 0);

  /** The pipeline is about to be forgotten: what it has counted is kept. */
  keep(pipeline: Pipeline): void {
    for (const [at, { countOf }] of PIPELINE_DROPS.entries()) {
      this.#ofForgotten[at] = (this.#ofForgotten[at] ?? 0) + countOf(pipeline);
    }
  }

  /** With those of the pipelines that live. */
  *with(
    pipelines: readonly Pipeline[],
  ): Generator<{ what: string; reason: string; count: number }> {
    for (const [at, { what, reason, countOf }] of PIPELINE_DROPS.entries()) {
      const count = pipelines.reduce(
        (sum, pipeline) => sum + countOf(pipeline),
        this.#ofForgotten[at] ?? 0,
      );
      yield { what, reason, count };
    }
  }
}

function pastLimit(what: string, countOf: (pipeline: Pipeline) => number): PipelineDrop {
  return { what, reason: "past_limit", countOf };
}
