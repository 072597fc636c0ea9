import type { Config } from "../config/schema.js";
import type { PipelineOptions } from "../pipeline/pipeline-options.js";

/** Half-life of what a call costs "now", seconds: short enough to see a change, long enough to be calm. */
const RECENT_COST_HALF_LIFE_SECONDS = 120;
/** Windows between asking for a fit and using it. */
const FIT_DELAY_WINDOWS = 6;
/** The same for trainings: up to half a minute each, and those of several workloads wait for each other. */
const TRAINING_DELAY_WINDOWS = 30;
/** How often actors are put into clusters: an actor that changes moves after two fits, half an hour. */
const CLUSTER_REFIT_SECONDS = 900;

/** The pipeline's options from the configuration. */
export function pipelineOptions(config: Config, waitForFits: boolean): PipelineOptions {
  const { currentResources, ...allocation } = config.allocation;
  const { behavior, drift, forecast, ingestion, windowSeconds } = config;
  return {
    windowSeconds,
    latenessSeconds: ingestion.latenessSeconds,
    maxCalls: behavior.maxReorderCalls,
    sessionGapSeconds: behavior.sessionGapSeconds,
    maxSessions: behavior.maxSessions,
    maxSegments: behavior.maxSegments,
    segmentPriority: behavior.segmentPriority,
    clusters: {
      maxActors: behavior.maxActors,
      maxClusters: behavior.clustering ? behavior.maxClusters : 0,
      minimumActors: behavior.minimumClusterActors,
      refitSeconds: CLUSTER_REFIT_SECONDS,
      halfLifeSeconds: drift.referenceHalfLifeSeconds,
    },
    falseAlarmIntervalSeconds: drift.falseAlarmIntervalSeconds,
    referenceHalfLifeSeconds: drift.referenceHalfLifeSeconds,
    warmUpWindows: drift.warmUpWindows,
    newNormalSeconds: drift.newNormalSeconds,
    recentHalfLifeSeconds: RECENT_COST_HALF_LIFE_SECONDS,
    learnedHalfLifeSeconds: drift.referenceHalfLifeSeconds,
    seasonSeconds: forecast.seasonSeconds,
    outageSeconds: ingestion.outageSeconds,
    fitDelaySeconds: FIT_DELAY_WINDOWS * windowSeconds,
    trainingDelaySeconds: TRAINING_DELAY_WINDOWS * windowSeconds,
    waitForFits,
    currentResources,
    mix: {
      windowSeconds,
      horizonsSeconds: forecast.horizonsSeconds,
      level: forecast.level,
      seasonSeconds: forecast.seasonSeconds,
      operations: forecast.operations,
    },
    allocation: {
      ...allocation,
      callsPerSecondPerReplica: allocation.callsPerSecondPerReplica,
      driftThreshold: drift.threshold,
      driftConfidenceThreshold: drift.confidenceThreshold,
    },
  };
}
