import { METRICS } from './metrics';
import { Metric, Series, labelOf } from './series';
import { OwnedSeries } from './series-index';
import { WorkloadName } from './view';

/** Metrics of the agent rather than of a workload. */
const OF_THE_AGENT: ReadonlySet<Metric> = new Set([METRICS.mode]);

/**
 * The series by workload. Aggregations drop labels: a series without `namespace` belongs to the one namespace that
 * has such a workload, and one without `workload` to the only workload there is, else to the wanted one.
 */
export function groupByWorkload(
  series: readonly Series[],
  wanted: Partial<WorkloadName>
): ReadonlyMap<string, OwnedSeries> {
  const namespaces = namespacesByWorkload(series);
  const groups = new Map<string, { name: WorkloadName; byMetric: Map<Metric, Series[]> }>();
  for (const one of series) {
    const name = OF_THE_AGENT.has(one.metric) ? undefined : ownerOf(one, namespaces, wanted);
    if (name === undefined) {
      continue;
    }
    const key = workloadKey(name);
    let group = groups.get(key);
    if (group === undefined) {
      group = { name, byMetric: new Map() };
      groups.set(key, group);
    }
    const list = group.byMetric.get(one.metric);
    if (list === undefined) {
      group.byMetric.set(one.metric, [one]);
    } else {
      list.push(one);
    }
  }
  return groups;
}

export function workloadKey({ namespace, workload }: WorkloadName): string {
  return JSON.stringify([namespace, workload]);
}

function namespacesByWorkload(series: readonly Series[]): ReadonlyMap<string, ReadonlySet<string>> {
  const namespaces = new Map<string, Set<string>>();
  for (const one of series) {
    const workload = labelOf(one, 'workload');
    if (workload === undefined || OF_THE_AGENT.has(one.metric)) {
      continue;
    }
    const known = namespaces.get(workload) ?? new Set<string>();
    namespaces.set(workload, known);
    const namespace = labelOf(one, 'namespace');
    if (namespace !== undefined) {
      known.add(namespace);
    }
  }
  return namespaces;
}

function ownerOf(
  series: Series,
  namespaces: ReadonlyMap<string, ReadonlySet<string>>,
  wanted: Partial<WorkloadName>
): WorkloadName | undefined {
  const workload = labelOf(series, 'workload') ?? unlabelledWorkload(namespaces, wanted);
  if (workload === undefined) {
    return undefined;
  }
  const known = [...(namespaces.get(workload) ?? [])];
  const only = known.length === 1 ? known[0] : wanted.namespace;
  return { workload, namespace: labelOf(series, 'namespace') ?? only ?? '' };
}

function unlabelledWorkload(
  namespaces: ReadonlyMap<string, unknown>,
  wanted: Partial<WorkloadName>
): string | undefined {
  const [only, ...others] = namespaces.keys();
  if (others.length > 0) {
    return wanted.workload;
  }
  return only ?? wanted.workload ?? '';
}
