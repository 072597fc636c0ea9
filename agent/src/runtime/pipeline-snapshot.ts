import type { Call, Json, Persistent } from "../core/index.js";
import type { Pipeline } from "../pipeline.js";

type Fields = Readonly<Record<string, Json>>;

/**
 * All that a pipeline has learned, and the calls that still wait for their turn. The open window is not
 * kept: it is incomplete after a restart in any case.
 */
export function pipelineSnapshot(pipeline: Pipeline): Json {
  const models: Record<string, Json> = {};
  for (const [segment, segmentModels] of pipeline.models) {
    models[segment] = segmentModels.snapshot();
  }
  return {
    learnedCalls: pipeline.learnedCalls,
    watermarkSeconds: Number.isFinite(pipeline.reorder.watermarkSeconds)
      ? pipeline.reorder.watermarkSeconds
      : null,
    waiting: pipeline.reorder.waiting() as unknown as Json,
    models,
    learning: Object.fromEntries(
      Object.entries(pipeline.learning).map(([name, part]: [string, Persistent]) => [
        name,
        part.snapshot(),
      ]),
    ),
  };
}

/** Throws a TypeError that names the field when the snapshot does not fit. */
export function restorePipeline(pipeline: Pipeline, snapshot: Json): void {
  const fields = objectOf(snapshot, "pipeline");
  const learning = objectOf(fields["learning"], "learning");
  for (const [name, part] of Object.entries(pipeline.learning) as [string, Persistent][]) {
    part.restore(learning[name] ?? null);
  }
  for (const [segment, saved] of Object.entries(objectOf(fields["models"], "models"))) {
    pipeline.modelsOf(segment).restore(saved);
  }
  if (typeof fields["watermarkSeconds"] === "number") {
    pipeline.reorder.advance(fields["watermarkSeconds"]);
  }
  if (!Array.isArray(fields["waiting"])) throw new TypeError("waiting: expected an array");
  // Written by `pipelineSnapshot` from calls, and the checkpoint's checksum says that it is intact.
  for (const call of fields["waiting"] as unknown as readonly Call[]) pipeline.reorder.add(call);
  const learnedCalls = fields["learnedCalls"];
  if (typeof learnedCalls !== "number") throw new TypeError("learnedCalls: expected a number");
  pipeline.learnedCalls = learnedCalls;
}

function objectOf(value: Json | undefined, name: string): Fields {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError(`${name}: expected an object`);
  }
  return value as Fields;
}
