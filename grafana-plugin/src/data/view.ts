/**
 * What the panel shows, free of data frames and of React: `readView` makes it from the query results,
 * the components draw it. Times are milliseconds since the Unix epoch, as in Grafana's frames.
 */
import { DataFrame, DisplayValue, LinkModel } from '@grafana/data';

/** Why there is no value. Never a number, never an empty space without a word. */
export type Absence =
  /** The agent does not export it (yet): outcomes, counterfactuals. */
  | { readonly kind: 'not_measured_yet' }
  /** No query of the panel brings this metric, though it brings others. */
  | { readonly kind: 'not_queried'; readonly metric: string }
  /** The series is there, and has no finite value in the time range. */
  | { readonly kind: 'no_value'; readonly metric: string }
  /** The model behind it says so; `reason` is the label of presage_model_status. */
  | {
      readonly kind: 'model';
      readonly model: string;
      readonly status: 'warming_up' | 'failed';
      readonly reason: string;
    }
  /** The last recommendation must not be followed any more. */
  | { readonly kind: 'expired'; readonly atMs: number };

export type Maybe<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: Absence };

/** One number as a person reads it: unit, decimals, thresholds and links are those of its field. */
export interface Reading {
  readonly value: number;
  readonly timeMs: number;
  readonly display: DisplayValue;
  links(): readonly LinkModel[];
}

export interface WorkloadName {
  readonly namespace: string;
  readonly workload: string;
}

/** `unsure`: the score is over its threshold, the confidence is not. */
export type Verdict = 'normal' | 'unsure' | 'drift';

/** A line of the list of workloads, most urgent first. */
export interface WorkloadSummary {
  readonly name: WorkloadName;
  readonly verdict: Verdict | undefined;
  readonly driftScore: number | undefined;
  readonly currentReplicas: number | undefined;
  readonly recommendedReplicas: number | undefined;
}

export interface DriftView {
  readonly verdict: Verdict;
  /** 0 to 1. */
  readonly score: Reading;
  readonly confidence: Reading;
  /** Largest share first; shares of segments and causes add up to at most 1. */
  readonly evidence: ReadonlyArray<{ readonly segment: string; readonly cause: string; readonly share: Reading }>;
}

export const RESOURCES = ['replicas', 'cpu', 'memory', 'network'] as const;
export type Resource = (typeof RESOURCES)[number];

/** `cpu`, `memory` and `network` are of each replica. */
export interface ResourceView {
  readonly resource: Resource;
  readonly current: Maybe<Reading>;
  readonly target: Maybe<Reading>;
  readonly lower: Maybe<Reading>;
  readonly upper: Maybe<Reading>;
}

export interface CauseReplicas {
  /** A label of the agent, such as `forecast` or `scale_up_rate`; the words for it are in the locale. */
  readonly cause: string;
  readonly replicas: Reading;
}

export interface ModelView {
  readonly segment: string;
  readonly model: string;
  readonly status: 'ready' | 'warming_up' | 'failed';
  /** Empty when ready. */
  readonly reason: string;
}

/** How good past forecasts were, at the horizon that is shown. */
export interface QualityView {
  readonly coverage: Maybe<Reading>;
  /** Error over that of a baseline; below 1 is better than it. */
  readonly errorRatios: Maybe<ReadonlyArray<{ readonly baseline: string; readonly ratio: Reading }>>;
  /** Brought by presage_decision_outcome_ratio{outcome}, when the agent has it. */
  readonly outcomes: Maybe<ReadonlyArray<{ readonly outcome: string; readonly ratio: Reading }>>;
}

export interface EventMark {
  /** `scaling` is of what runs, `advice` of what is recommended. */
  readonly kind: 'drift' | 'event' | 'scaling' | 'advice' | 'other';
  /** Of an annotation, the name of an event, or `2 → 4` for replicas; empty when the kind says it all. */
  readonly text: string;
  readonly fromMs: number;
  /** The same as `fromMs` for a moment. */
  readonly toMs: number;
  /** It had begun before the first value of the time range: `fromMs` is not its beginning. */
  readonly startsBefore?: boolean;
}

/**
 * One wide frame for the chart: `time` first, then `observed`, and, when there is a forecast,
 * `forecast`, `lower` and `upper`, each value at the time it is about (said at t, drawn at t + horizon).
 * Both are of the whole workload, whichever segment is shown: forecasts are of no other. In the frame null is a
 * gap, and undefined means that the line has nothing at that time, so that it is drawn on through it. `timeMs` of
 * the readings of a forecast, too, is the time they are about.
 */
export interface LoadView {
  readonly frame: DataFrame;
  readonly observed: Maybe<Reading>;
  readonly forecast: Maybe<Reading>;
  readonly lower: Maybe<Reading>;
  readonly upper: Maybe<Reading>;
  /** The newest, by time. */
  readonly marks: readonly EventMark[];
  /** How many older ones there are. */
  readonly omittedMarks: number;
}

export interface WorkloadView {
  readonly name: WorkloadName;
  /** `shadow`, `advise` or `act`. */
  readonly mode: Maybe<string>;
  readonly drift: Maybe<DriftView>;
  readonly load: LoadView;
  /** In the order of RESOURCES. */
  readonly resources: readonly ResourceView[];
  /** `drift`, `shape`, `event`, `keep` or `reactive`. */
  readonly branch: Maybe<string>;
  /** Signed, largest first; they add up to recommended minus current. */
  readonly contributions: Maybe<readonly CauseReplicas[]>;
  /** How many replicas it would have been without a cause. */
  readonly counterfactuals: Maybe<readonly CauseReplicas[]>;
  /** Guards that hold the recommendation back; an empty list: none does. */
  readonly guards: Maybe<readonly string[]>;
  /** `normal`, `compute_intensive`, ... with probabilities, most likely first. */
  readonly predictedWorkload: Maybe<ReadonlyArray<{ readonly name: string; readonly probability: Reading }>>;
  readonly quality: QualityView;
  /** Those that are not ready first. */
  readonly models: readonly ModelView[];
  readonly expiresAt: Maybe<{ readonly atMs: number; readonly expired: boolean }>;
  /** Sentences of the agent, from a query to `/explanations`; empty without one. */
  readonly sentences: readonly string[];
}

export interface PanelView {
  /** Most urgent first; more than {@link MAXIMUM_WORKLOADS} are cut, and counted. */
  readonly workloads: readonly WorkloadSummary[];
  readonly omittedWorkloads: number;
  /** Segments of the shown workload, `all` first, at most {@link MAXIMUM_SEGMENTS}. */
  readonly segments: readonly string[];
  readonly omittedSegments: number;
  readonly segment: string;
  /** In seconds, ascending. */
  readonly horizons: readonly number[];
  /** Undefined when there is no forecast. */
  readonly horizonSeconds: number | undefined;
  readonly shown: WorkloadView;
}

/** `nothing`: no frame holds a metric of Presage; `words` names what was found instead, for the message. */
export type ViewResult =
  | { readonly status: 'ready'; readonly view: PanelView }
  | { readonly status: 'nothing'; readonly found: readonly string[] }
  | {
      readonly status: 'no_such_workload';
      readonly wanted: Partial<WorkloadName>;
      readonly workloads: readonly WorkloadName[];
    };

export const MAXIMUM_WORKLOADS = 500;
export const MAXIMUM_SEGMENTS = 100;
