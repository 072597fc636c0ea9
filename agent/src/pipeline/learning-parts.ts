import { RecommendationHistory } from "../allocation/history.js";
import { DriftAssessor } from "../assessment/drift.js";
import { InstanceCount } from "../behavior/instance-count.js";
import { RecentLoad } from "../behavior/recent-load.js";
import { SegmentNamer } from "../behavior/segments.js";
import { SessionTracker } from "../behavior/sessions.js";
import type { CallModel, VolumeModel } from "../core/index.js";
import { ActorClusters } from "../models/clustering/actor-clusters.js";
import { WorkloadCost } from "../models/cost/workload-cost.js";
import { OperationMixModel } from "../models/mix/operation-mix-model.js";
import { ModelFamily } from "../models/model-family.js";
import { SeriesWatch } from "../models/series/series-watch.js";
import type { PipelineOptions } from "./pipeline-options.js";

/** The parts of a pipeline that learn, by the names under which a checkpoint keeps them. */
export interface LearningParts {
  readonly sessions: SessionTracker;
  readonly clusters: ActorClusters;
  readonly segments: SegmentNamer;
  readonly models: ModelFamily;
  readonly volume: VolumeModel;
  readonly mix: OperationMixModel;
  readonly series: SeriesWatch;
  readonly cost: WorkloadCost;
  readonly drift: DriftAssessor;
  readonly history: RecommendationHistory;
  readonly load: RecentLoad;
  readonly instances: InstanceCount;
}

/** Makes the models that there are several to choose from. */
export interface ModelMakers {
  readonly createCallModels: () => readonly CallModel[];
  readonly createVolumeModel: () => VolumeModel;
}

/** All of them, as they are before the first call. */
export function createLearningParts(options: PipelineOptions, makers: ModelMakers): LearningParts {
  const clusters = new ActorClusters(options.clusters);
  return {
    sessions: new SessionTracker(options),
    clusters,
    segments: new SegmentNamer(options, clusters),
    models: new ModelFamily(makers.createCallModels, (segment) => clusters.has(segment)),
    volume: makers.createVolumeModel(),
    mix: new OperationMixModel(options.mix),
    series: new SeriesWatch(options),
    cost: new WorkloadCost(options),
    drift: new DriftAssessor(options),
    history: new RecommendationHistory(options.allocation.scaleDownStabilizationSeconds),
    load: new RecentLoad(options.windowSeconds, options.outageSeconds),
    instances: new InstanceCount(),
  };
}
