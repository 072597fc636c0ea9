import type { Call, Json, Persistent } from "../core/index.js";
import type { Pipeline } from "../pipeline.js";
import type { LearningParts } from "../pipeline/workload-state.js";

type Fields = Readonly<Record<string, Json>>;

/**
 * All that a pipeline has learned, and the calls that still wait for their turn. The open window is not
 * kept: it is incomplete after a restart in any case.
 */
export function pipelineSnapshot(pipeline: Pipeline): Json {
  const { learning, models, reorder } = pipeline;
  return {
    learnedCalls: pipeline.learnedCalls,
    lastCallSeconds: pipeline.lastCallSeconds ?? null,
    watermarkSeconds: Number.isFinite(reorder.watermarkSeconds) ? reorder.watermarkSeconds : null,
    // Calls are plain data, but their types do not say so.
    waiting: reorder.waiting() as unknown as Json,
    models: Object.fromEntries([...models].map(([name, model]) => [name, model.snapshot()])),
    learning: Object.fromEntries(
      Object.entries(learning).map(([name, part]: [string, Persistent]) => [name, part.snapshot()]),
    ),
  };
}

/**
 * Restores each part that fits, and answers what did not: those parts start anew (after a change of the
 * configuration, say). Each is tried on `probe` first, because a part that refuses a snapshot may have
 * taken some of it. Throws a TypeError when the whole is not a snapshot.
 */
export function restorePipeline(pipeline: Pipeline, probe: Pipeline, snapshot: Json): string[] {
  const fields = objectOf(snapshot, "pipeline");
  const saved = objectOf(fields["learning"], "learning");
  const models = objectOf(fields["models"], "models");
  const waiting = fields["waiting"];
  const learnedCalls = fields["learnedCalls"];
  if (!Array.isArray(waiting)) throw new TypeError("waiting: expected an array");
  if (typeof learnedCalls !== "number") throw new TypeError("learnedCalls: expected a number");

  const problems: string[] = [];
  const attempt = (
    name: string,
    tried: Persistent,
    real: () => Persistent,
    content: Json,
  ): void => {
    try {
      tried.restore(content);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      problems.push(`${name}: ${error.message}`);
      return;
    }
    real().restore(content);
  };
  for (const name of Object.keys(pipeline.learning) as (keyof LearningParts)[]) {
    const real: Persistent = pipeline.learning[name];
    attempt(name, probe.learning[name], () => real, saved[name] ?? null);
  }
  for (const [segment, content] of Object.entries(models)) {
    attempt(
      `models of ${segment}`,
      probe.modelsOf(segment),
      () => pipeline.modelsOf(segment),
      content,
    );
  }
  if (typeof fields["watermarkSeconds"] === "number") {
    pipeline.reorder.advance(fields["watermarkSeconds"]);
  }
  // Written by `pipelineSnapshot` from calls, and the checkpoint's checksum says that it is intact.
  for (const call of waiting as unknown as readonly Call[]) pipeline.reorder.add(call);
  pipeline.learnedCalls = learnedCalls;
  if (typeof fields["lastCallSeconds"] === "number") {
    pipeline.lastCallSeconds = fields["lastCallSeconds"];
  }
  return problems;
}

function objectOf(value: Json | undefined, name: string): Fields {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError(`${name}: expected an object`);
  }
  return value as Fields;
}
