import type { RecommendationHistory } from "../allocation/history.js";
import type { DriftAssessor } from "../assessment/drift.js";
import { predictWorkloadClass } from "../assessment/workload-class.js";
import type { InstanceCount } from "../behavior/instance-count.js";
import type { RecentLoad } from "../behavior/recent-load.js";
import type { SegmentNamer } from "../behavior/segments.js";
import type { SessionTracker } from "../behavior/sessions.js";
import type { ClosedInterval } from "../behavior/windows.js";
import type {
  EventCalendar,
  ModelResult,
  ModelStatus,
  OperationForecast,
  ScheduledEventState,
  SegmentState,
  VolumeForecast,
  VolumeModel,
  WorkloadState,
} from "../core/index.js";
import { ALL_SEGMENTS, failed, ready, warmingUp } from "../core/index.js";
import type { WorkloadCost } from "../models/cost/workload-cost.js";
import type { OperationMixModel } from "../models/mix/operation-mix-model.js";
import type { ActorClusters } from "../models/clustering/actor-clusters.js";
import type { ModelFamily } from "../models/model-family.js";
import { statusOfFeatures, type SeriesWatch } from "../models/series/series-watch.js";

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

/** What is known of a workload at the end of an interval, before a decision rests on it. */
export function stateOf(
  { startSeconds, endSeconds, overall, segments }: ClosedInterval,
  learning: LearningParts,
  isAnyCallSeen: boolean,
  calendar: EventCalendar | undefined,
): WorkloadState {
  const { volume, cost, drift, load, models, clusters } = learning;
  const windowSeconds = endSeconds - startSeconds;
  const isAnyReported = overall.calls > 0 || load.callsPerSecond !== undefined;
  const rateOf = (calls: number): number | undefined =>
    isAnyReported ? calls / windowSeconds : undefined;
  const forecast = sinceCallsAreSeen(forecastOf(learning), isAnyCallSeen);
  const operationForecast = sinceCallsAreSeen(operationForecastOf(learning), isAnyCallSeen);
  const compared = cost.compare(endSeconds);
  const predictedWorkload = predictWorkloadClass(compared);
  const features = learning.series.features();
  const overallDrift = sinceCallsAreSeen(drift.overall(), isAnyCallSeen);
  return {
    workload: overall.workload,
    timeSeconds: endSeconds,
    overall: {
      segment: ALL_SEGMENTS,
      callsPerSecond: rateOf(overall.calls),
      drift: overallDrift,
      payloadOutliers: models.outlierCalls(ALL_SEGMENTS),
      models: {
        volume: statusOf(forecast),
        mix: statusOf(operationForecast),
        drift: statusOf(overallDrift),
        cost: statusOf(compared),
        workload_class: statusOf(predictedWorkload),
        changepoint: statusOfFeatures(features, ({ changeProbability }) => changeProbability),
        anomaly: statusOfFeatures(features, ({ anomalyScore }) => anomalyScore),
      },
    },
    segments: learning.segments.segments.map((name): SegmentState => {
      const calls = segments.find(({ segment }) => segment === name)?.calls ?? 0;
      const segmentDrift = drift.segment(name);
      return {
        segment: name,
        callsPerSecond: rateOf(calls),
        drift: segmentDrift,
        sharesModelsOf: models.sharedBy(name),
        profile: clusters.profile(name),
        payloadOutliers: models.outlierCalls(name),
        models: { ...models.of(name).statuses(), drift: statusOf(segmentDrift) },
        servedBy: models.of(name).servedBy(),
      };
    }),
    forecast,
    forecastQuality: volume.quality(),
    operationForecast,
    seasons: volume.seasons(),
    scheduledEvents: eventStates(calendar, endSeconds),
    features,
    predictedWorkload,
    cost: compared,
    decision: undefined,
  };
}

function eventStates(
  calendar: EventCalendar | undefined,
  timeSeconds: number,
): ScheduledEventState[] {
  const active = calendar?.at(timeSeconds) ?? [];
  return (calendar?.names ?? []).map((event, index) => ({ event, isActive: active[index] === 1 }));
}

function forecastOf({ load, volume }: LearningParts): ModelResult<VolumeForecast> {
  return load.inOutage ? failed("stale_input") : volume.forecast();
}

function operationForecastOf({ load, mix }: LearningParts): ModelResult<OperationForecast> {
  return load.inOutage ? failed("stale_input") : mix.forecast();
}

/**
 * A model sees calls only when their window closes, and the volume model not those of the first, which is
 * cut off: until then it is not calls that are missing but windows.
 */
function sinceCallsAreSeen<T>(result: ModelResult<T>, isAnyCallSeen: boolean): ModelResult<T> {
  const isMistaken =
    isAnyCallSeen && result.status === "warming_up" && result.reason === "no_calls_yet";
  return isMistaken ? warmingUp("too_few_windows") : result;
}

function statusOf<T>(result: ModelResult<T>): ModelStatus {
  return result.status === "ready" ? ready(undefined) : result;
}
