import { predictWorkloadClass } from "../assessment/workload-class.js";
import type { ClosedInterval } from "../behavior/windows.js";
import type {
  EventCalendar,
  ModelResult,
  ModelStatus,
  OperationForecast,
  ScheduledEventState,
  SegmentState,
  VolumeForecast,
  WorkloadState,
} from "../core/index.js";
import { ALL_SEGMENTS, failed, ready, warmingUp } from "../core/index.js";
import { statusOfFeatures } from "../models/series/series-watch.js";
import type { LearningParts } from "./learning-parts.js";

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
