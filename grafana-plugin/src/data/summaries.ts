import { Thresholds, isOfSegment, verdictOf } from './drift';
import { METRICS } from './metrics';
import { compare, nowOf } from './now';
import { Metric, Series, labelOf } from './series';
import { OwnedSeries, SeriesIndex } from './series-index';
import { WorkloadSummary } from './view';
import { readExpiry } from './workload';

/** Where there is no verdict somebody may have to look; where behavior is normal nobody has to. */
const URGENCY = { drift: 3, unsure: 2, none: 1, normal: 0 } as const;

/** The lines of the list, most urgent first, from the last values alone. */
export function readSummaries(
  index: SeriesIndex,
  workloads: readonly OwnedSeries[],
  thresholds: Thresholds,
  nowMs: number
): WorkloadSummary[] {
  return workloads.map((workload) => summaryOf(index, workload, thresholds, nowMs)).sort(order);
}

function summaryOf(
  index: SeriesIndex,
  { name, byMetric }: OwnedSeries,
  thresholds: Thresholds,
  nowMs: number
): WorkloadSummary {
  const value = (metric: Metric, filter?: (series: Series) => boolean) =>
    nowOf(index, byMetric.get(metric), filter)?.sample.value;
  const score = value(METRICS.driftScore, isOfSegment('all'));
  const confidence = value(METRICS.driftConfidence, isOfSegment('all'));
  const expired = readExpiry(byMetric.get(METRICS.expiry) ?? [], nowMs)?.expired ?? false;
  const isTarget = (series: Series) => (labelOf(series, 'bound') ?? 'target') === 'target';
  return {
    name,
    verdict: score === undefined || confidence === undefined ? undefined : verdictOf(score, confidence, thresholds),
    driftScore: score,
    currentReplicas: value(METRICS.currentReplicas),
    recommendedReplicas: expired ? undefined : value(METRICS.recommendedReplicas, isTarget),
  };
}

function order(one: WorkloadSummary, other: WorkloadSummary): number {
  return (
    URGENCY[other.verdict ?? 'none'] - URGENCY[one.verdict ?? 'none'] ||
    compare(other.driftScore ?? 0, one.driftScore ?? 0) ||
    compare(changeOf(other), changeOf(one)) ||
    compare(one.name.workload, other.name.workload) ||
    compare(one.name.namespace, other.name.namespace)
  );
}

function changeOf({ currentReplicas, recommendedReplicas }: WorkloadSummary): number {
  return currentReplicas === undefined || recommendedReplicas === undefined
    ? 0
    : Math.abs(recommendedReplicas - currentReplicas);
}
