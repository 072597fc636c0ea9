import type { Call, Json, Persistent } from "../core/index.js";
import { SnapshotReader } from "../core/index.js";
import type { Pipeline } from "../pipeline.js";
import type { LearningParts } from "../pipeline/learning-parts.js";

/**
 * All that a pipeline has learned, and the calls that still wait for their turn. The open window is not
 * kept: it is incomplete after a restart in any case. Stops after each part, so that whoever wants it can
 * let others have a turn; nothing may touch the pipeline meanwhile.
 */
export function* pipelineSnapshot(pipeline: Pipeline): Generator<undefined, Json> {
  const { learning, models, reorder } = pipeline;
  return {
    learnedCalls: pipeline.learnedCalls,
    lastCallSeconds: pipeline.lastCallSeconds ?? null,
    watermarkSeconds: Number.isFinite(reorder.watermarkSeconds) ? reorder.watermarkSeconds : null,
    // Calls are plain data, but their types do not say so.
    waiting: reorder.waiting() as unknown as Json,
    models: yield* partsSnapshot(models),
    learning: yield* partsSnapshot(Object.entries(learning)),
  };
}

function* partsSnapshot(
  parts: Iterable<readonly [string, Persistent]>,
): Generator<undefined, Readonly<Record<string, Json>>> {
  const snapshots: [string, Json][] = [];
  for (const [name, part] of parts) {
    snapshots.push([name, part.snapshot()]);
    yield;
  }
  return Object.fromEntries(snapshots);
}

/**
 * Restores each part that fits, and answers what did not: those parts start anew (after a change of the
 * configuration, say). Each is tried on `probe` first, because a part that refuses a snapshot may have
 * taken some of it. Throws a TypeError when the whole is not a snapshot.
 */
export function restorePipeline(pipeline: Pipeline, probe: Pipeline, snapshot: Json): string[] {
  const reader = new SnapshotReader(snapshot, "pipeline");
  const saved = reader.field("learning");
  const models = reader.field("models").entries();
  const waiting = reader.field("waiting").items();
  const learnedCalls = reader.field("learnedCalls").count();
  const watermarkSeconds = reader.field("watermarkSeconds");
  const lastCallSeconds = reader.field("lastCallSeconds");

  const problems: string[] = [];
  const attempt = (
    name: string,
    tried: Persistent,
    real: Persistent,
    content: SnapshotReader,
  ): void => {
    try {
      tried.restore(content.json());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      problems.push(`${name}: ${error.message}`);
      return;
    }
    real.restore(content.json());
  };
  for (const name of Object.keys(pipeline.learning) as (keyof LearningParts)[]) {
    attempt(name, probe.learning[name], pipeline.learning[name], saved.field(name));
  }
  for (const [segment, content] of models) {
    const refused = pipeline.learning.models.restoreOwn(segment, content.json());
    problems.push(...refused.map((problem) => `${segment}: ${problem}`));
  }
  if (!watermarkSeconds.isNull) pipeline.reorder.advance(watermarkSeconds.number());
  // Written by `pipelineSnapshot` from calls, and the checkpoint's checksum says that it is intact.
  for (const call of waiting) pipeline.reorder.add(call.json() as unknown as Call);
  pipeline.learnedCalls = learnedCalls;
  if (!lastCallSeconds.isNull) pipeline.lastCallSeconds = lastCallSeconds.number();
  return problems;
}
