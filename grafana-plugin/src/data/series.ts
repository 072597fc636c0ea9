import { DataFrame, Field, FieldType } from '@grafana/data';
import { METRICS } from './metrics';

export type Metric = (typeof METRICS)[keyof typeof METRICS];
export type Labels = Readonly<Record<string, string>>;

/** One series: the rows of one number field that share their labels. */
export interface Series {
  readonly metric: Metric;
  readonly labels: Labels;
  readonly field: Field;
  /** Milliseconds since the Unix epoch, by row of the field; as they came, so check each with {@link isTime}. */
  readonly times: readonly unknown[];
  readonly values: readonly unknown[];
  /** The rows of this series within a table, oldest first; undefined: all rows. */
  readonly rows: readonly number[] | undefined;
  /** Undefined when there are not two samples to tell it from. */
  readonly stepMs: number | undefined;
  /** The last finite one. */
  readonly last: Sample | undefined;
}

export interface Sample {
  readonly timeMs: number;
  readonly value: number;
  readonly row: number;
}

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

/** The largest distance of a time from the epoch that ECMAScript's dates allow, in milliseconds. */
const MAXIMUM_TIME_MS = 8.64e15;

export function isTime(value: unknown): value is number {
  return isNumber(value) && Math.abs(value) <= MAXIMUM_TIME_MS;
}

/** A gap (null, NaN), an infinity and a number written as text are no numbers: nothing is guessed. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** The value columns of Grafana's frames; what is not a list holds nothing. */
export function valuesOf(field: Field | undefined): readonly unknown[] {
  const values: unknown = field?.values;
  return Array.isArray(values) ? values : [];
}

export function fieldsOf(frame: DataFrame | undefined): readonly Field[] {
  const fields: unknown = frame?.fields;
  return Array.isArray(fields) ? fields : [];
}

export function timeFieldOf(frame: DataFrame): Field | undefined {
  return fieldsOf(frame).find(({ type }) => type === FieldType.time);
}

/** The rows of a series, oldest first, whatever the order of the frame. */
export function forEachRow(
  { rows, times, values }: Pick<Series, 'rows' | 'times' | 'values'>,
  visit: (row: number) => void
) {
  if (rows !== undefined) {
    rows.forEach(visit);
    return;
  }
  const length = Math.min(times.length, values.length);
  const newestFirst = length > 1 && Number(times[0]) > Number(times[length - 1]);
  for (let index = 0; index < length; index++) {
    visit(newestFirst ? length - 1 - index : index);
  }
}

/** Undefined for a label that is absent or empty, which Prometheus holds to be the same. */
export function labelOf({ labels }: Pick<Series, 'labels'>, name: string): string | undefined {
  const value: unknown = labels[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** For decisions between equals, so that the order of the frames never decides. */
export function identityOf({ labels }: Pick<Series, 'labels'>): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
