import { InterpolateFunction } from '@grafana/data';
import { PanelOptions } from '../types';
import { WorkloadName } from './view';

/** How Grafana's variables say that everything is meant. */
const ANY: ReadonlySet<string> = new Set(['', '$__all', '.*', '.+', 'All']);

/** What the options ask for, variables replaced. An empty list: any. */
export interface Wanted {
  readonly namespaces: readonly string[];
  readonly workloads: readonly string[];
  readonly segment: string;
}

export function readWanted(options: PanelOptions, replaceVariables: InterpolateFunction): Wanted {
  const [segment = 'all'] = names(options.segment, replaceVariables);
  return {
    namespaces: names(options.namespace, replaceVariables),
    workloads: names(options.workload, replaceVariables),
    segment,
  };
}

export function matches({ namespaces, workloads }: Wanted, { namespace, workload }: WorkloadName): boolean {
  return (
    (namespaces.length === 0 || namespaces.includes(namespace)) &&
    (workloads.length === 0 || workloads.includes(workload))
  );
}

/** The first of each, for a message and for series that do not say whose they are. */
export function wantedName({ namespaces: [namespace], workloads: [workload] }: Wanted): Partial<WorkloadName> {
  return { ...(namespace === undefined ? {} : { namespace }), ...(workload === undefined ? {} : { workload }) };
}

/** A variable may have several values; the format `pipe` writes them as `a|b`, which no name contains. */
function names(text: string, replaceVariables: InterpolateFunction): string[] {
  const values = replaceVariables(text, undefined, 'pipe')
    .split('|')
    .map((value) => value.trim());
  return values.some((value) => ANY.has(value)) ? [] : values;
}
