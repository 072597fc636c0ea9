import { DataFrame, Field, FieldType } from '@grafana/data';
import { isOfSegment } from './drift';
import { horizonOf } from './horizons';
import { joinLines, lineOf } from './lines';
import { METRICS } from './metrics';
import { isPreferred, nowBy, nowOf } from './now';
import { Series, isTime, labelOf } from './series';
import { LoadView, Maybe, Reading } from './view';
import { Workload, absenceOf, known, readingOf, unknown } from './workload';

const MILLISECONDS_PER_SECOND = 1000;

/** The bounds of the agent's label, and the fields of the chart's frame that they become. */
const BOUNDS = [
  { bound: 'point', name: 'forecast' },
  { bound: 'lower', name: 'lower' },
  { bound: 'upper', name: 'upper' },
] as const;

/**
 * The measured load and the forecast, both of the whole workload: forecasts are of no other. Of the forecast, each
 * `timeMs` is the time that the value is about.
 */
export function readLoad(
  workload: Workload,
  horizonSeconds: number | undefined
): Omit<LoadView, 'marks' | 'omittedMarks'> {
  const { index, list } = workload;
  const observed = list(METRICS.observed).filter(isOfSegment('all'));
  const forecast =
    horizonSeconds === undefined ? [] : list(METRICS.forecast).filter((series) => horizonOf(series) === horizonSeconds);
  const shiftMs = (horizonSeconds ?? 0) * MILLISECONDS_PER_SECOND;
  const said = nowBy(index, forecast, boundOf);
  const bound = (name: string): Maybe<Reading> => {
    const now = said.get(name);
    const aboutMs = (now?.sample.timeMs ?? Number.NaN) + shiftMs;
    return now !== undefined && isTime(aboutMs)
      ? known(workload.reader.read(now.series, now.sample, aboutMs))
      : unknown(absenceOf(workload, METRICS.forecast));
  };
  return {
    frame: chartFrame(workload, observed, forecast, shiftMs),
    observed: readingOf(workload, METRICS.observed, nowOf(index, observed)),
    forecast: bound('point'),
    lower: bound('lower'),
    upper: bound('upper'),
  };
}

function boundOf(series: Series): string {
  return labelOf(series, 'bound') ?? 'point';
}

function chartFrame(
  workload: Workload,
  observed: readonly Series[],
  forecast: readonly Series[],
  shiftMs: number
): DataFrame {
  const parts = [
    { name: 'observed', list: observed, shiftMs: 0 },
    ...(forecast.length === 0
      ? []
      : BOUNDS.map(({ bound, name }) => ({
          name,
          list: forecast.filter((series) => boundOf(series) === bound),
          shiftMs,
        }))),
  ];
  const { times, columns } = joinLines(parts.map((part) => lineOf(part.list, part.shiftMs)));
  const time: Field = { name: 'time', type: FieldType.time, config: {}, values: times };
  const fields = parts.map(({ name, list }, index) => chartField(workload, name, list, columns[index] ?? []));
  return { name: 'load', fields: [time, ...fields], length: times.length };
}

/** As the newest of the series is configured, but for its name: what a line is called is not the query's to say. */
function chartField({ reader }: Workload, name: string, list: readonly Series[], values: unknown[]): Field {
  const field: Field = { name, type: FieldType.number, config: {}, values };
  const newest = newestOf(list);
  if (newest === undefined) {
    return field;
  }
  const { displayName, displayNameFromDS, custom, ...config } = newest.field.config ?? {};
  return { ...field, config: { ...config, unit: reader.unitOf(newest) }, display: reader.displayOf(newest) };
}

function newestOf(list: readonly Series[]): Series | undefined {
  return list.reduce<Series | undefined>((newest, series) => {
    if (newest?.last === undefined || series.last === undefined) {
      return newest?.last === undefined ? series : newest;
    }
    const one = { series, sample: series.last };
    return isPreferred(one, { series: newest, sample: newest.last }) ? series : newest;
  }, undefined);
}
