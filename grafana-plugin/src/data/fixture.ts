/** Frames as Grafana's Prometheus data source gives them, for tests. */
import { DataFrame, FieldConfig, FieldType, createTheme, toDataFrame } from '@grafana/data';
import { DEFAULT_OPTIONS } from '../defaults';
import { PanelOptions } from '../types';
import { METRICS } from './metrics';
import { Selection, ViewData, readView } from './read-view';
import { Metric } from './series';
import { PanelView, ViewResult } from './view';

export const STEP_MS = 15_000;
/** The last time of every range, unless a test says otherwise. */
export const END_MS = Date.UTC(2026, 0, 1, 12);
export const SHOP = { namespace: 'default', workload: 'shop' };

const theme = createTheme();

/** One frame a series; the last value is at `endMs`. */
export function range(
  metric: Metric,
  labels: Record<string, string>,
  values: readonly unknown[],
  { endMs = END_MS, config = {} }: { endMs?: number; config?: FieldConfig } = {}
): DataFrame {
  const times = values.map((_, index) => endMs - (values.length - 1 - index) * STEP_MS);
  return toDataFrame({
    refId: 'A',
    fields: [
      { name: 'Time', type: FieldType.time, values: times, config: { interval: STEP_MS } },
      { name: 'Value', type: FieldType.number, values, labels: { __name__: metric, ...labels }, config },
    ],
  });
}

export function ofShop(metric: Metric, labels: Record<string, string>, ...values: unknown[]): DataFrame {
  return range(metric, { ...SHOP, ...labels }, values);
}

/** A workload of which everything is known: drifting, 2 replicas, 5 recommended. */
export function wholeShop(): DataFrame[] {
  const forecast = (horizon: string, bound: string, ...values: number[]) =>
    ofShop(METRICS.forecast, { horizon_seconds: horizon, bound }, ...values);
  return [
    ofShop(METRICS.observed, { segment: 'all' }, 10, 11, 12),
    ofShop(METRICS.driftScore, { segment: 'all' }, 0.1, 0.6, 0.7),
    ofShop(METRICS.driftConfidence, { segment: 'all' }, 0.2, 0.9, 0.95),
    ofShop(METRICS.driftEvidence, { segment: 'partner', cause: 'operation_mix' }, 0.6),
    ofShop(METRICS.driftEvidence, { segment: 'partner', cause: 'timing' }, 0.3),
    forecast('60', 'lower', 8, 9, 10),
    forecast('60', 'point', 12, 13, 14),
    forecast('60', 'upper', 16, 17, 18),
    forecast('30', 'point', 1, 2, 3),
    ofShop(METRICS.coverage, { horizon_seconds: '60' }, 0.91),
    ofShop(METRICS.errorRatio, { horizon_seconds: '60', baseline: 'naive' }, 0.88),
    ofShop(METRICS.predictedWorkload, { class: 'normal' }, 0.2),
    ofShop(METRICS.predictedWorkload, { class: 'compute_intensive' }, 0.8),
    ofShop(METRICS.currentReplicas, {}, 1, 2, 2),
    ofShop(METRICS.recommendedReplicas, { bound: 'lower' }, 4),
    ofShop(METRICS.recommendedReplicas, { bound: 'target' }, 5),
    ofShop(METRICS.recommendedReplicas, { bound: 'upper' }, 6),
    ofShop(METRICS.contribution, { cause: 'drift' }, 4),
    ofShop(METRICS.contribution, { cause: 'scale_up_rate' }, -1),
    ofShop(METRICS.guard, { guard: 'scale_up_rate' }, 1),
    ofShop(METRICS.guard, { guard: 'stabilization' }, 0),
    ofShop(METRICS.branch, { branch: 'drift' }, 1),
    ofShop(METRICS.branch, { branch: 'keep' }, 0),
    ofShop(METRICS.expiry, {}, END_MS / 1000 + 300),
    ofShop(METRICS.modelStatus, { segment: 'all', model: 'volume', status: 'ready', reason: '' }, 1),
    range(METRICS.mode, { mode: 'shadow' }, [1]),
    range(METRICS.mode, { mode: 'act' }, [0]),
  ];
}

interface Given {
  readonly options?: Partial<PanelOptions>;
  readonly selection?: Selection;
  readonly nowMs?: number;
  readonly variables?: Record<string, string>;
  readonly data?: Partial<ViewData>;
}

export function viewOf(series: DataFrame[], given: Given = {}): ViewResult {
  const { options, selection = {}, nowMs = END_MS, variables = {}, data } = given;
  return readView({ series, ...data }, { ...DEFAULT_OPTIONS, ...options }, selection, {
    nowMs,
    theme,
    timeZone: 'utc',
    replaceVariables: (text) => variables[text] ?? text,
  });
}

/** Fails the test when there is no view. */
export function readyView(series: DataFrame[], given?: Given): PanelView {
  const result = viewOf(series, given);
  if (result.status !== 'ready') {
    throw new Error(`expected a view, got ${JSON.stringify(result)}`);
  }
  return result.view;
}

export function valueOf(maybe: { known: true; value: { value: number } } | { known: false; why: object }): unknown {
  return maybe.known ? maybe.value.value : maybe.why;
}
