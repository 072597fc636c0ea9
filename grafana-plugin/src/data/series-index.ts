import { DataFrame, PanelData } from '@grafana/data';
import { METRICS } from './metrics';
import { median, namedMetrics, readSeries } from './read-series';
import { Metric, Series, isMetric } from './series';
import { WorkloadName } from './view';

/** All series of the panel, each looked at once. */
export interface SeriesIndex {
  readonly series: readonly Series[];
  /** Whether a query of the panel asks for the metric, as far as its frames and its text tell. */
  asksFor(metric: Metric): boolean;
  /**
   * Whether the series still goes on: its last value is at most {@link STALE_AFTER_STEPS} steps older than the
   * newest of the panel.
   */
  isFresh(series: Series): boolean;
}

export interface OwnedSeries {
  readonly name: WorkloadName;
  readonly byMetric: ReadonlyMap<Metric, readonly Series[]>;
}

/** A restart of the agent may cost a few scrapes; more is an absence. */
export const STALE_AFTER_STEPS = 5;

const NAMES: readonly Metric[] = Object.values(METRICS);

export function indexSeries(data: Pick<PanelData, 'series'> & Partial<Pick<PanelData, 'request'>>): SeriesIndex {
  const frames = framesOf(data.series);
  const series = frames.flatMap(readSeries);
  const step = median(series.flatMap(({ stepMs }) => stepMs ?? [])) ?? Number.POSITIVE_INFINITY;
  const newestMs = series.reduce(
    (newest, { last }) => Math.max(newest, last?.timeMs ?? newest),
    Number.NEGATIVE_INFINITY
  );
  const asked = askedMetrics(frames, series, data.request?.targets);
  return {
    series,
    asksFor: (metric) => asked.has(metric),
    isFresh: ({ last, stepMs = step }) => last !== undefined && newestMs - last.timeMs <= STALE_AFTER_STEPS * stepMs,
  };
}

export function framesOf(frames: readonly DataFrame[] | undefined): readonly DataFrame[] {
  return Array.isArray(frames) ? frames.filter((frame) => typeof frame === 'object' && frame !== null) : [];
}

function askedMetrics(frames: readonly DataFrame[], series: readonly Series[], targets: unknown): ReadonlySet<Metric> {
  const asked = new Set<Metric>(series.map(({ metric }) => metric));
  const texts: string[] = [];
  for (const frame of frames) {
    namedMetrics(frame).forEach((metric) => asked.add(metric));
    texts.push(frame.meta?.executedQueryString ?? '');
  }
  for (const target of Array.isArray(targets) ? targets : []) {
    texts.push(String(target?.expr ?? ''));
    if (isMetric(target?.refId)) {
      asked.add(target.refId);
    }
  }
  const text = texts.join('\n');
  // A pattern for names: which ones it matches is Prometheus' to say, so it may be any.
  const any = /__name__\s*=~/.test(text);
  for (const metric of NAMES) {
    if (any || new RegExp(`\\b${metric}\\b`).test(text)) {
      asked.add(metric);
    }
  }
  return asked;
}
