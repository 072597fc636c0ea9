import type { Decision } from "./allocation.js";
import type { CostComparison, Drift, PredictedWorkload } from "./assessment.js";
import type { FeatureStates } from "./features.js";
import type {
  ForecastQuality,
  OperationForecast,
  SeasonStrength,
  VolumeForecast,
} from "./forecast.js";
import type { CallModelName, ModelResult, ModelStatus, ServedBy } from "./model.js";
import type { WorkloadKey } from "./workload.js";

/** The models whose status is published. A closed list: it is also a metric label. */
export type PublishedModel =
  | "volume"
  | "mix"
  | "sequence"
  | "payload"
  | "changepoint"
  | "anomaly"
  | "drift"
  | "cost"
  | "workload_class";

/** What a segment of callers without roles is: who is in it, and what they do most. */
export interface SegmentProfile {
  /** Actors that are followed and belong to it. */
  readonly actors: number;
  /** The most used first, and the mean over the actors of its share of their calls. */
  readonly operations: readonly { readonly operation: string; readonly ratio: number }[];
}

/** One segment as of the last closed window. */
export interface SegmentState {
  readonly segment: string;
  /** Undefined while no call is reported at all, which is not the same as no demand. */
  readonly callsPerSecond: number | undefined;
  readonly drift: ModelResult<Drift>;
  /** The segment whose models serve it while it is too small for its own; undefined when it has them. */
  readonly sharesModelsOf?: string | undefined;
  /** Of segments that were found in behavior; undefined for those that are given. */
  readonly profile?: SegmentProfile | undefined;
  readonly models: Readonly<Partial<Record<PublishedModel, ModelStatus>>>;
  /** Calls with an unusual payload since the start of the process; undefined while no model can tell. */
  readonly payloadOutliers?: number | undefined;
  /** Which algorithm answers for each model of calls; none for the workload as a whole. */
  readonly servedBy?: Readonly<Partial<Record<CallModelName, ServedBy>>>;
}

/** One event of the calendar as of the last closed window. */
export interface ScheduledEventState {
  readonly event: string;
  readonly isActive: boolean;
}

/** Everything that is known of a workload as of its last closed window: what is exported and shown. */
export interface WorkloadState {
  readonly workload: WorkloadKey;
  /** End of the last closed window, seconds since the Unix epoch. */
  readonly timeSeconds: number;
  /** The workload as a whole (`all`). */
  readonly overall: SegmentState;
  readonly segments: readonly SegmentState[];
  readonly forecast: ModelResult<VolumeForecast>;
  readonly forecastQuality: readonly ForecastQuality[];
  readonly operationForecast: ModelResult<OperationForecast>;
  readonly seasons: readonly SeasonStrength[];
  /** What the calendar knows of: holidays and scheduled events. */
  readonly scheduledEvents: readonly ScheduledEventState[];
  /** Abrupt changes and anomalies of the load and of what calls are made of. */
  readonly features: FeatureStates;
  readonly predictedWorkload: ModelResult<PredictedWorkload>;
  readonly cost: ModelResult<CostComparison>;
  readonly decision: Decision | undefined;
}

/** Read access for exporters and the API. */
export interface WorkloadView {
  workloads(): readonly WorkloadState[];
  workload(key: WorkloadKey): WorkloadState | undefined;
}
