import { PanelOptions } from './types';

/** Of the shape of {@link PanelOptions}; a change of the shape gets a new number and a step in migration.ts. */
export const OPTIONS_VERSION = 1;

/** The thresholds are the agent's own defaults for `drift.threshold` and `drift.confidenceThreshold`. */
export const DEFAULT_OPTIONS: PanelOptions = {
  namespace: '',
  workload: '',
  segment: 'all',
  horizonSeconds: 0,
  driftThreshold: 0.5,
  confidenceThreshold: 0.8,
  layout: 'auto',
  showWhy: true,
  showQuality: true,
  showAlerts: true,
  alertmanagerUid: '',
  version: OPTIONS_VERSION,
};
