import { DataFrame, Field, FieldType } from '@grafana/data';
import {
  Labels,
  Metric,
  Sample,
  Series,
  fieldsOf,
  isMetric,
  isNumber,
  isTime,
  metricOf,
  timeFieldOf,
  valuesOf,
} from './series';

/** A label that sources other than Prometheus may bring as a number. */
const NUMERIC_LABEL = 'horizon_seconds';

/** Enough differences for a median that one or two gaps do not move. */
const STEPS_LOOKED_AT = 21;

/**
 * The series of a frame, in each of the forms of Grafana's Prometheus data source: one frame a series, several
 * number fields beside one time field, or a table, whose text columns are labels. What is no series of Presage is
 * left out. Reads the labels and the last values only.
 */
export function readSeries(frame: DataFrame): Series[] {
  const time = timeFieldOf(frame);
  if (time === undefined) {
    return [];
  }
  const fields = fieldsOf(frame);
  const columns = fields.filter(({ type, name }) => type === FieldType.string || name === NUMERIC_LABEL);
  const numbers = fields.filter((field) => field.type === FieldType.number && !columns.includes(field));
  return columns.length === 0 ? readPlain(frame, time, numbers) : readTable(frame, time, numbers, columns);
}

function readPlain(frame: DataFrame, time: Field, numbers: readonly Field[]): Series[] {
  const times = valuesOf(time);
  let stepMs: number | undefined;
  return numbers.flatMap((field) => {
    const metric = metricOf(field, frame);
    if (metric === undefined) {
      return [];
    }
    stepMs ??= stepOf(time, times, undefined);
    const rest = { times, values: valuesOf(field), rows: undefined };
    return [{ metric, labels: field.labels ?? {}, field, stepMs, last: lastOf(rest), ...rest }];
  });
}

function readTable(frame: DataFrame, time: Field, numbers: readonly Field[], columns: readonly Field[]): Series[] {
  const times = valuesOf(time);
  const groups = groupRows(times, columns);
  return numbers.flatMap((field) => {
    const named = metricOf(field, frame);
    const values = valuesOf(field);
    return groups.flatMap(({ labels: own, rows }) => {
      const labels = { ...field.labels, ...own };
      const metric = isMetric(labels['__name__']) ? labels['__name__'] : named;
      if (metric === undefined) {
        return [];
      }
      const rest = { times, values, rows };
      return [{ metric, labels, field, stepMs: stepOf(time, times, rows), last: lastOf(rest), ...rest }];
    });
  });
}

interface Group {
  readonly labels: Labels;
  readonly rows: number[];
}

function groupRows(times: readonly unknown[], columns: readonly Field[]): Group[] {
  const names = columns.map(({ name }) => name);
  const lists = columns.map(valuesOf);
  const groups = new Map<string, Group>();
  times.forEach((time, row) => {
    if (!isTime(time)) {
      return;
    }
    const cells = lists.map((values) => labelText(values[row]));
    const key = JSON.stringify(cells);
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])), rows: [] };
      groups.set(key, group);
    }
    group.rows.push(row);
  });
  for (const { rows } of groups.values()) {
    rows.sort((one, other) => Number(times[one]) - Number(times[other]) || one - other);
  }
  return [...groups.values()];
}

function labelText(cell: unknown): string {
  return typeof cell === 'string' ? cell : isNumber(cell) ? String(cell) : '';
}

function lastOf(series: Pick<Series, 'rows' | 'times' | 'values'>): Sample | undefined {
  const { rows, times, values } = series;
  const length = rows?.length ?? Math.min(times.length, values.length);
  const newestFirst = rows === undefined && length > 1 && Number(times[0]) > Number(times[length - 1]);
  for (let back = 0; back < length; back++) {
    const index = newestFirst ? back : length - 1 - back;
    const row = rows === undefined ? index : (rows[index] ?? 0);
    const timeMs = times[row];
    const value = values[row];
    if (isTime(timeMs) && isNumber(value)) {
      return { timeMs, value, row };
    }
  }
  return undefined;
}

/** As the data source says, else the median of the newest differences. Milliseconds. */
function stepOf(time: Field, times: readonly unknown[], rows: readonly number[] | undefined): number | undefined {
  const stated = time.config?.interval;
  if (isTime(stated) && stated > 0) {
    return stated;
  }
  const differences: number[] = [];
  for (let index = (rows ?? times).length - 1; index > 0 && differences.length < STEPS_LOOKED_AT; index--) {
    const later = times[rows?.[index] ?? index];
    const earlier = times[rows?.[index - 1] ?? index - 1];
    if (isTime(later) && isTime(earlier) && later !== earlier) {
      differences.push(Math.abs(later - earlier));
    }
  }
  return median(differences);
}

/** Undefined of nothing. The upper one of an even number, so that it is one of those given. */
export function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

/** Metrics named by frames that hold nothing: a query asked for them, and found none. */
export function namedMetrics(frame: DataFrame): Metric[] {
  const names: unknown[] = [frame.refId, frame.name, ...fieldsOf(frame).map((field) => metricOf(field, frame))];
  return names.filter(isMetric);
}
