import { ALL_SEGMENTS } from "../../core/index.js";
import type {
  Drift,
  ModelResult,
  ModelStatus,
  PublishedModel,
  SegmentState,
  WorkloadState,
} from "../../core/index.js";
import { SEGMENT_LABELS, WORKLOAD_LABELS } from "./family.js";
import type { Family } from "./family.js";

/** What is seen of the callers: rate, drift, forecast, class, and which model can say what. */
export const BEHAVIOR_FAMILIES: readonly Family[] = [
  perSegment(
    "presage_observed_calls_per_second",
    "Calls per second in the last closed window.",
    (segment) => segment.callsPerSecond,
  ),
  perSegment(
    "presage_drift_score",
    "How far recent behavior is from the learned one, from 0 to 1.",
    (segment) => readyDrift(segment.drift)?.score,
  ),
  perSegment(
    "presage_drift_confidence",
    "Probability that behavior has changed, from 0 to 1.",
    (segment) => readyDrift(segment.drift)?.confidence,
  ),
  perSegment(
    "presage_segment_actors",
    "Callers in a segment that was found in behavior, as of the last look at it.",
    (segment) => segment.profile?.actors,
  ),
  {
    ...perSegment(
      "presage_payload_outliers_total",
      "Calls whose payload was more unusual than 99.9% of those before them.",
      (segment) => segment.payloadOutliers,
    ),
    isCounter: true,
  },
  {
    name: "presage_drift_evidence_ratio",
    help: "Share of the workload's drift that one cause in one segment accounts for.",
    labelNames: [...SEGMENT_LABELS, "cause"],
    collect({ workloads }, emit) {
      for (const { labels, state, segments } of workloads) {
        const drift = readyDrift(state.overall.drift);
        for (const { segment } of segments) {
          for (const [cause, share] of sharesOf(drift, segment)) {
            emit({ ...labels, segment, cause }, share);
          }
        }
      }
    },
  },
  {
    name: "presage_forecast_calls_per_second",
    help: "Forecast of calls per second, with the bounds of its interval.",
    labelNames: [...WORKLOAD_LABELS, "horizon_seconds", "bound"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        if (state.forecast.status !== "ready") continue;
        for (const { horizonSeconds, lower, point, upper } of state.forecast.value.points) {
          const horizon = { ...labels, horizon_seconds: horizonSeconds };
          emit({ ...horizon, bound: "lower" }, lower);
          emit({ ...horizon, bound: "point" }, point);
          emit({ ...horizon, bound: "upper" }, upper);
        }
      }
    },
  },
  {
    name: "presage_forecast_operation_calls_per_second",
    help: "Forecast of calls per second by operation, with the bounds of its interval.",
    labelNames: [...WORKLOAD_LABELS, "operation", "horizon_seconds", "bound"],
    collect({ workloads }, emit) {
      for (const { labels, operations } of workloads) {
        for (const { horizonSeconds, rates } of operations) {
          for (const { operation, lower, point, upper } of rates) {
            const series = { ...labels, operation, horizon_seconds: horizonSeconds };
            emit({ ...series, bound: "lower" }, lower);
            emit({ ...series, bound: "point" }, point);
            emit({ ...series, bound: "upper" }, upper);
          }
        }
      }
    },
  },
  {
    name: "presage_forecast_coverage_ratio",
    help: "Share of past forecasts whose interval held what came.",
    labelNames: [...WORKLOAD_LABELS, "horizon_seconds"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        for (const { horizonSeconds, scored, coverageRatio } of state.forecastQuality) {
          if (scored > 0) emit({ ...labels, horizon_seconds: horizonSeconds }, coverageRatio);
        }
      }
    },
  },
  {
    name: "presage_forecast_error_ratio",
    help: "Error of past forecasts over that of a baseline on the same targets; below 1 is better.",
    labelNames: [...WORKLOAD_LABELS, "horizon_seconds", "baseline"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        for (const { horizonSeconds, scored, errorRatio } of state.forecastQuality) {
          if (scored === 0) continue;
          for (const [baseline, ratio] of Object.entries(errorRatio)) {
            emit({ ...labels, horizon_seconds: horizonSeconds, baseline }, ratio);
          }
        }
      }
    },
  },
  {
    name: "presage_forecast_season_strength_ratio",
    help: "Share of the squared error that knowing this season saves; 0: the load has no such season.",
    labelNames: [...WORKLOAD_LABELS, "season"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        for (const { season, strength } of state.seasons) emit({ ...labels, season }, strength);
      }
    },
  },
  {
    name: "presage_scheduled_event_active",
    help: "1 while a holiday or a scheduled event of the configuration is under way, 0 otherwise.",
    labelNames: [...WORKLOAD_LABELS, "event"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        for (const { event, isActive } of state.scheduledEvents) {
          emit({ ...labels, event }, Number(isActive));
        }
      }
    },
  },
  {
    name: "presage_predicted_workload_probability",
    help: "Probability that the workload is of this class.",
    labelNames: [...WORKLOAD_LABELS, "class"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        if (state.predictedWorkload.status !== "ready") continue;
        const { probabilities } = state.predictedWorkload.value;
        for (const [name, probability] of Object.entries(probabilities)) {
          emit({ ...labels, class: name }, probability);
        }
      }
    },
  },
  {
    name: "presage_model_status",
    help: "1 for the present status of each model; the reason says why it is not ready.",
    labelNames: [...SEGMENT_LABELS, "model", "status", "reason"],
    collect({ workloads }, emit) {
      for (const { labels, state, segments } of workloads) {
        for (const segment of segments) {
          for (const [model, result] of Object.entries(statusesOf(state, segment))) {
            const reason = result.status === "ready" ? "" : result.reason;
            emit({ ...labels, segment: segment.segment, model, status: result.status, reason }, 1);
          }
        }
      }
    },
  },
  {
    name: "presage_model_info",
    help: "Which algorithm answers for each model of calls at present; always 1.",
    labelNames: [...SEGMENT_LABELS, "model", "served_by"],
    collect({ workloads }, emit) {
      for (const { labels, segments } of workloads) {
        for (const { segment, servedBy } of segments) {
          for (const [model, algorithm] of Object.entries(servedBy ?? {})) {
            emit({ ...labels, segment, model, served_by: algorithm }, 1);
          }
        }
      }
    },
  },
];

function perSegment(
  name: string,
  help: string,
  valueOf: (segment: SegmentState) => number | undefined,
): Family {
  return {
    name,
    help,
    labelNames: SEGMENT_LABELS,
    collect({ workloads }, emit) {
      for (const { labels, segments } of workloads) {
        for (const segment of segments) {
          emit({ ...labels, segment: segment.segment }, valueOf(segment));
        }
      }
    },
  };
}

function readyDrift(drift: ModelResult<Drift>): Drift | undefined {
  return drift.status === "ready" ? drift.value : undefined;
}

/** Shares of one segment by cause; a cause that is listed twice adds up. */
function sharesOf(drift: Drift | undefined, segment: string): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const contribution of drift?.contributions ?? []) {
    if (contribution.segment !== segment) continue;
    shares.set(contribution.cause, (shares.get(contribution.cause) ?? 0) + contribution.share);
  }
  return shares;
}

/**
 * What is published decides: a model that is ready is of no use while its result is held back (for
 * partial coverage, say), so the status of the result goes before that of the model.
 */
function statusesOf(
  state: WorkloadState,
  segment: SegmentState,
): Readonly<Partial<Record<PublishedModel, ModelStatus | ModelResult<unknown>>>> {
  const statuses = { ...segment.models, drift: segment.drift };
  if (segment.segment !== ALL_SEGMENTS) return statuses;
  return {
    ...statuses,
    volume: state.forecast,
    mix: state.operationForecast,
    workload_class: state.predictedWorkload,
    cost: state.cost,
  };
}
