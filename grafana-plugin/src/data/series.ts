import { DataFrame, Field } from '@grafana/data';
import { METRICS } from './metrics';

export type Metric = (typeof METRICS)[keyof typeof METRICS];

const NAMES: ReadonlySet<string> = new Set(Object.values(METRICS));

export function isMetric(name: unknown): name is Metric {
  return typeof name === 'string' && NAMES.has(name);
}

/** How Grafana names the value column of a table when there are several queries: `Value #A`. */
const VALUE_PREFIX = 'Value #';

/**
 * The metric that a field holds. Plain selectors bring `__name__`; aggregations drop it, and then the field, the
 * frame or the query (`refId`) is named after the metric.
 */
export function metricOf(field: Field, frame: Pick<DataFrame, 'name' | 'refId'>): Metric | undefined {
  const fieldName = typeof field.name === 'string' ? field.name.replace(VALUE_PREFIX, '') : undefined;
  return [field.labels?.['__name__'], fieldName, frame.name, frame.refId].find(isMetric);
}
