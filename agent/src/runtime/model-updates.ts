import { openBundle, sealBundle } from "../checkpoint/bundle.js";
import type { ModelBundle, ModelOutcome, WorkloadKey } from "../core/index.js";
import { BUNDLE_FORMAT_VERSION } from "../core/index.js";
import type { Replacement } from "../models/segment-models.js";
import type { Pipeline } from "../pipeline.js";
import type { Workloads } from "./workloads.js";

export interface ModelUpdatesOptions {
  readonly workloads: Workloads;
  readonly bundleKey: Uint8Array;
  readonly identityKeyId: string;
}

/** Takes models over from bundles, gives them back, and packs them up. */
export class ModelUpdates {
  readonly #options: ModelUpdatesOptions;

  constructor(options: ModelUpdatesOptions) {
    this.#options = options;
  }

  update(bundle: unknown): ModelOutcome {
    const opened = openBundle(bundle, this.#options.bundleKey);
    if (opened.status === "refused") {
      return { status: "rejected", httpStatus: 400, reason: opened.reason, detail: opened.detail };
    }
    const { workload, segment, models, identityKeyId } = opened.content;
    if (identityKeyId !== this.#options.identityKeyId) {
      return rejected("key_changed", "the bundle's identities were hashed with another key");
    }
    const pipeline = this.#options.workloads.pipeline(workload);
    if (pipeline === undefined) {
      return rejected("unknown_workload", `no call of ${workload} has been observed yet`);
    }
    if (!pipeline.learning.segments.segments.includes(segment)) {
      return rejected("unknown_segment", `no caller of ${workload} belongs to ${segment} yet`);
    }
    return this.#taken(pipeline, segment, pipeline.learning.models.replace(segment, models));
  }

  restorePrevious(workload: WorkloadKey, segment: string): ModelOutcome {
    const pipeline = this.#options.workloads.pipeline(workload);
    const models = pipeline?.models.get(segment);
    if (pipeline === undefined || models === undefined) {
      return rejected("unknown_workload", `no models of ${workload}, segment ${segment}`);
    }
    return this.#taken(pipeline, segment, models.restorePrevious());
  }

  /** What is typical of other models' deviations has to be learned anew. */
  #taken(pipeline: Pipeline, segment: string, replacement: Replacement): ModelOutcome {
    if (replacement.status === "accepted") pipeline.learning.drift.restart(segment);
    return outcomeOf(replacement);
  }
}

/** Packs the models of one segment; undefined when there are none. */
export function packBundle(
  workloads: Workloads,
  workload: WorkloadKey,
  segment: string,
  seal: {
    readonly bundleKey: Uint8Array;
    readonly identityKeyId: string;
    readonly createdAt: Date;
  },
): ModelBundle | undefined {
  const models = workloads.pipeline(workload)?.models.get(segment);
  if (models === undefined) return undefined;
  return sealBundle(
    {
      formatVersion: BUNDLE_FORMAT_VERSION,
      workload,
      segment,
      createdAt: seal.createdAt.toISOString(),
      identityKeyId: seal.identityKeyId,
      models: models.export(),
    },
    seal.bundleKey,
  );
}

function outcomeOf(replacement: Replacement): ModelOutcome {
  return replacement.status === "accepted"
    ? { status: "accepted", detail: `took over: ${replacement.models.join(", ")}` }
    : replacement.reason === "malformed"
      ? { status: "rejected", httpStatus: 400, reason: "malformed", detail: replacement.detail }
      : rejected(replacement.reason, replacement.detail);
}

function rejected(reason: string, detail: string): ModelOutcome {
  return { status: "rejected", httpStatus: 409, reason, detail };
}
