/** Frames, options and panel properties for tests. */
import {
  createTheme,
  DataFrame,
  dateTime,
  EventBusSrv,
  FieldType,
  getDisplayProcessor,
  LoadingState,
  PanelData,
  PanelProps,
  TimeRange,
  toDataFrame,
} from '@grafana/data';
import { DEFAULT_OPTIONS } from '../defaults';
import { PanelOptions } from '../types';

export const NOW_MS = Date.UTC(2026, 0, 1, 12);
const STEP_MS = 15_000;
const STEPS = 8;

const RANGE: TimeRange = timeRange(NOW_MS - STEPS * STEP_MS, NOW_MS);

function timeRange(fromMs: number, toMs: number): TimeRange {
  return { from: dateTime(fromMs), to: dateTime(toMs), raw: { from: 'now-2m', to: 'now' } };
}

/** A constant series of the shop, the last value now. */
export function series(metric: string, labels: Readonly<Record<string, string>>, value: number): DataFrame {
  const times = Array.from({ length: STEPS }, (_, i) => NOW_MS - (STEPS - 1 - i) * STEP_MS);
  const frame = toDataFrame({
    refId: metric,
    fields: [
      { name: 'Time', type: FieldType.time, values: times },
      {
        name: 'Value',
        type: FieldType.number,
        values: times.map(() => value),
        labels: { __name__: metric, namespace: 'default', workload: 'shop', ...labels },
      },
    ],
  });
  for (const field of frame.fields) {
    field.display = getDisplayProcessor({ field, theme: createTheme() });
  }
  return frame;
}

/** What an agent exports that sees drift and recommends 5 replicas instead of 2. */
export function driftFrames(): DataFrame[] {
  return [
    series('presage_observed_calls_per_second', { segment: 'all' }, 52),
    series('presage_drift_score', { segment: 'all' }, 0.72),
    series('presage_drift_confidence', { segment: 'all' }, 0.96),
    series('presage_drift_evidence_ratio', { segment: 'partner', cause: 'operation_mix' }, 0.62),
    series('presage_current_replicas', {}, 2),
    ...Object.entries({ lower: 4, target: 5, upper: 6 }).map(([bound, value]) =>
      series('presage_recommended_replicas', { bound }, value)
    ),
    ...Object.entries({ lower: 50, point: 56, upper: 62 }).map(([bound, value]) =>
      series('presage_forecast_calls_per_second', { bound, horizon_seconds: '300' }, value)
    ),
    series('presage_forecast_coverage_ratio', { horizon_seconds: '300' }, 0.92),
    series('presage_forecast_error_ratio', { horizon_seconds: '300', baseline: 'naive' }, 0.88),
    series('presage_recommendation_contribution_replicas', { cause: 'drift' }, 4),
    series('presage_recommendation_contribution_replicas', { cause: 'scale_up_rate' }, -1),
    series('presage_guard_active', { guard: 'scale_up_rate' }, 1),
    series('presage_decision_branch', { branch: 'drift' }, 1),
    series('presage_recommendation_expiry_timestamp_seconds', {}, NOW_MS / 1000 + 240),
    series('presage_mode', { mode: 'shadow' }, 1),
    series('presage_model_status', { segment: 'all', model: 'volume', status: 'ready', reason: '' }, 1),
  ];
}

/** What an agent exports in its first minutes. */
export function warmingUpFrames(): DataFrame[] {
  return [
    series('presage_observed_calls_per_second', { segment: 'all' }, 52),
    ...['drift', 'volume'].map((model) =>
      series('presage_model_status', { segment: 'all', model, status: 'warming_up', reason: 'too_few_windows' }, 1)
    ),
  ];
}

export function panelData(frames: DataFrame[], change: Partial<PanelData> = {}): PanelData {
  return { state: LoadingState.Done, series: frames, timeRange: RANGE, ...change };
}

/** Of a panel that is large enough for everything. */
export function panelProps(data: PanelData, change: Partial<PanelProps<PanelOptions>> = {}): PanelProps<PanelOptions> {
  return {
    id: 7,
    data,
    timeRange: data.timeRange,
    timeZone: 'utc',
    options: DEFAULT_OPTIONS,
    transparent: false,
    width: 1200,
    height: 800,
    fieldConfig: { defaults: {}, overrides: [] },
    renderCounter: 0,
    title: 'Shop',
    eventBus: new EventBusSrv(),
    onOptionsChange: () => undefined,
    onFieldConfigChange: () => undefined,
    replaceVariables: (text) => text,
    onChangeTimeRange: () => undefined,
    ...change,
  };
}
