import { METRICS } from './metrics';
import { readModels } from './models';
import { Now, nowOf } from './now';
import { Reader } from './reading';
import { Metric, Series, isTime } from './series';
import { OwnedSeries, SeriesIndex } from './series-index';
import { Absence, Maybe, ModelView, Reading, WorkloadName } from './view';

/** What the parts of the view are read from: the series of the shown workload, and how to show their numbers. */
export interface Workload {
  readonly name: WorkloadName;
  readonly segment: string;
  readonly index: SeriesIndex;
  readonly reader: Reader;
  readonly models: readonly ModelView[];
  readonly expiry: Expiry | undefined;
  list(metric: Metric): readonly Series[];
}

export interface Expiry {
  readonly atMs: number;
  readonly expired: boolean;
}

const MILLISECONDS_PER_SECOND = 1000;

export function createWorkload(
  owned: OwnedSeries,
  segment: string,
  index: SeriesIndex,
  reader: Reader,
  nowMs: number
): Workload {
  const list = (metric: Metric) => owned.byMetric.get(metric) ?? [];
  return {
    name: owned.name,
    segment,
    index,
    reader,
    models: readModels(index, list(METRICS.modelStatus)),
    expiry: readExpiry(list(METRICS.expiry), nowMs),
    list,
  };
}

/** The last that was said counts even if nothing is said any more: an agent that is gone renews nothing. */
export function readExpiry(list: readonly Series[], nowMs: number): Expiry | undefined {
  const said = nowOf({ isFresh: () => true }, list);
  const atMs = (said?.sample.value ?? Number.NaN) * MILLISECONDS_PER_SECOND;
  return isTime(atMs) ? { atMs, expired: atMs <= nowMs } : undefined;
}

export function known<T>(value: T): Maybe<T> {
  return { known: true, value };
}

export function unknown<T>(why: Absence): Maybe<T> {
  return { known: false, why };
}

export function readingOf(workload: Workload, metric: Metric, now: Now | undefined): Maybe<Reading> {
  return now === undefined ? unknown(absenceOf(workload, metric)) : known(workload.reader.read(now.series, now.sample));
}

/** A list that is known as soon as anything of it is said, though it may then be empty. */
export function listOf<T>(workload: Workload, metric: Metric, said: boolean, items: () => T): Maybe<T> {
  return said ? known(items()) : unknown(absenceOf(workload, metric));
}

/** A panel may well leave these out, so that no model is to blame. */
const OF_EACH_REPLICA: ReadonlySet<Metric> = new Set([
  METRICS.currentCpu,
  METRICS.currentMemory,
  METRICS.currentNetwork,
  METRICS.recommendedCpu,
  METRICS.recommendedMemory,
  METRICS.recommendedNetwork,
]);

/** Published with a decision, and gone when it expires. */
const OF_A_DECISION: ReadonlySet<Metric> = new Set([
  ...OF_EACH_REPLICA,
  METRICS.currentReplicas,
  METRICS.recommendedReplicas,
  METRICS.contribution,
  METRICS.counterfactual,
  METRICS.guard,
  METRICS.branch,
]);

/** Recommendations need all of them; the first that is not ready is the reason. */
const MODELS_OF_A_DECISION: readonly string[] = ['volume', 'cost', 'drift'];

const MODELS_BEHIND: Readonly<Partial<Record<Metric, readonly string[]>>> = {
  [METRICS.observed]: ['volume'],
  [METRICS.forecast]: ['volume'],
  [METRICS.coverage]: ['volume'],
  [METRICS.errorRatio]: ['volume'],
  [METRICS.driftScore]: ['drift'],
  [METRICS.driftConfidence]: ['drift'],
  [METRICS.driftEvidence]: ['drift'],
  [METRICS.predictedWorkload]: ['workload_class'],
};

/** Measured only after a while, or by agents that can. */
const NOT_FROM_THE_START: ReadonlySet<Metric> = new Set([METRICS.coverage, METRICS.errorRatio]);
const NOT_FROM_EVERY_AGENT: ReadonlySet<Metric> = new Set([METRICS.outcome, METRICS.counterfactual]);

const WHOLE_WORKLOAD = 'all';

/** Why the metric has no value now, in the words of the one who knows best. */
export function absenceOf(workload: Workload, metric: Metric): Absence {
  const { expiry, index } = workload;
  const ofADecision = OF_A_DECISION.has(metric);
  if (ofADecision && expiry?.expired) {
    return { kind: 'expired', atMs: expiry.atMs };
  }
  const asked = index.asksFor(metric);
  if (!asked && OF_EACH_REPLICA.has(metric)) {
    return { kind: 'not_queried', metric };
  }
  const names = MODELS_BEHIND[metric] ?? (ofADecision ? MODELS_OF_A_DECISION : []);
  for (const name of names) {
    const model = modelOf(workload, name);
    if (model !== undefined && model.status !== 'ready') {
      return { kind: 'model', model: name, status: model.status, reason: model.reason };
    }
  }
  if (NOT_FROM_EVERY_AGENT.has(metric) || (asked && NOT_FROM_THE_START.has(metric))) {
    return { kind: 'not_measured_yet' };
  }
  return { kind: asked ? 'no_value' : 'not_queried', metric };
}

function modelOf({ models, segment }: Workload, name: string): ModelView | undefined {
  const named = models.filter(({ model }) => model === name);
  return named.find((model) => model.segment === segment) ?? named.find((model) => model.segment === WHOLE_WORKLOAD);
}
