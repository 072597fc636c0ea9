import type { Resources } from "../core/index.js";
import type { AllocationSettings } from "../allocation/settings.js";
import type { DriftOptions } from "../assessment/drift.js";
import type { ReorderBufferOptions } from "../behavior/reorder-buffer.js";
import type { SegmentNamerOptions } from "../behavior/segments.js";
import type { SessionTrackerOptions } from "../behavior/sessions.js";
import type { ActorClustersOptions } from "../models/clustering/actor-clusters.js";
import type { WorkloadCostOptions } from "../models/cost/workload-cost.js";
import type { OperationMixOptions } from "../models/mix/operation-mix-model.js";

/** Settings of all the parts of a pipeline. */
export interface PipelineOptions
  extends
    ReorderBufferOptions,
    SessionTrackerOptions,
    SegmentNamerOptions,
    DriftOptions,
    WorkloadCostOptions {
  readonly allocation: AllocationSettings;
  readonly mix: OperationMixOptions;
  readonly clusters: ActorClustersOptions;
  readonly currentResources: Omit<Resources, "replicas"> & {
    readonly replicas?: number | undefined;
  };
  /** Length of the season to expect, seconds. */
  readonly seasonSeconds: number;
  /** Seconds without any call after which the silence is an outage of reporting, not a lack of demand. */
  readonly outageSeconds: number;
  /** Event time between asking for a fit and using it, seconds. */
  readonly fitDelaySeconds: number;
  /** The same for the training of call models, which takes longer. */
  readonly trainingDelaySeconds: number;
  /** Replay: waits for fits, so that a run can be repeated. Live: never waits. */
  readonly waitForFits: boolean;
}
