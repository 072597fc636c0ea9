import { PanelModel } from '@grafana/data';
import { DEFAULT_OPTIONS, OPTIONS_VERSION } from './defaults';
import { PanelOptions } from './types';

const LAYOUTS: readonly string[] = ['auto', 'compact', 'full'] satisfies ReadonlyArray<PanelOptions['layout']>;

/**
 * Options as saved with a dashboard, brought to the present shape: what is unknown goes, what is missing or
 * invalid becomes the default, thresholds are kept within [0, 1]. Doing it twice changes nothing more.
 */
export function migrateOptions(saved: unknown): PanelOptions {
  const values = new Map<string, unknown>(typeof saved === 'object' && saved !== null ? Object.entries(saved) : []);
  const defaults = DEFAULT_OPTIONS;
  return {
    namespace: text(values.get('namespace'), defaults.namespace),
    workload: text(values.get('workload'), defaults.workload),
    // An empty segment would be none at all.
    segment: text(values.get('segment'), defaults.segment) || defaults.segment,
    horizonSeconds: Math.max(0, finite(values.get('horizonSeconds'), defaults.horizonSeconds)),
    driftThreshold: ratio(values.get('driftThreshold'), defaults.driftThreshold),
    confidenceThreshold: ratio(values.get('confidenceThreshold'), defaults.confidenceThreshold),
    layout: layout(values.get('layout'), defaults.layout),
    showWhy: flag(values.get('showWhy'), defaults.showWhy),
    showQuality: flag(values.get('showQuality'), defaults.showQuality),
    showAlerts: flag(values.get('showAlerts'), defaults.showAlerts),
    alertmanagerUid: text(values.get('alertmanagerUid'), defaults.alertmanagerUid),
    version: OPTIONS_VERSION,
  };
}

/** For `PanelPlugin.setMigrationHandler`. */
export function migratePanel(panel: Pick<PanelModel, 'options'>): PanelOptions {
  return migrateOptions(panel.options);
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value.trim() : fallback;
}

function flag(value: unknown, fallback: boolean): boolean {
  return typeof value === 'boolean' ? value : fallback;
}

function finite(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}

function ratio(value: unknown, fallback: number): number {
  return Math.min(1, Math.max(0, finite(value, fallback)));
}

function layout(value: unknown, fallback: PanelOptions['layout']): PanelOptions['layout'] {
  return isLayout(value) ? value : fallback;
}

function isLayout(value: unknown): value is PanelOptions['layout'] {
  return typeof value === 'string' && LAYOUTS.includes(value);
}
