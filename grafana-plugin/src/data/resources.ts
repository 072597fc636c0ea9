import { METRICS } from './metrics';
import { nowBy, nowOf } from './now';
import { Metric, labelOf } from './series';
import { Maybe, Reading, RESOURCES, Resource, ResourceView } from './view';
import { Workload, absenceOf, readingOf, unknown } from './workload';

const METRICS_OF: Readonly<Record<Resource, { readonly current: Metric; readonly recommended: Metric }>> = {
  replicas: { current: METRICS.currentReplicas, recommended: METRICS.recommendedReplicas },
  cpu: { current: METRICS.currentCpu, recommended: METRICS.recommendedCpu },
  memory: { current: METRICS.currentMemory, recommended: METRICS.recommendedMemory },
  network: { current: METRICS.currentNetwork, recommended: METRICS.recommendedNetwork },
};

/** What there is stays true when a recommendation has expired; what is recommended does not. */
export function readResources(workload: Workload): ResourceView[] {
  return RESOURCES.map((resource) => {
    const { current, recommended } = METRICS_OF[resource];
    const bounds = nowBy(workload.index, workload.list(recommended), (series) => labelOf(series, 'bound') ?? 'target');
    const bound = (name: string): Maybe<Reading> =>
      workload.expiry?.expired
        ? unknown(absenceOf(workload, recommended))
        : readingOf(workload, recommended, bounds.get(name));
    return {
      resource,
      current: readingOf(workload, current, nowOf(workload.index, workload.list(current))),
      target: bound('target'),
      lower: bound('lower'),
      upper: bound('upper'),
    };
  });
}
