/** What a person can set in the panel's editor. */
export interface PanelOptions {
  /** Empty: any. Dashboard variables are replaced. */
  namespace: string;
  /** Empty: the most urgent one, and a list to choose from. Dashboard variables are replaced. */
  workload: string;
  /** `all` is the whole workload. */
  segment: string;
  /** 0: the longest that is forecast. */
  horizonSeconds: number;
  /** The agent's drift.threshold, 0 to 1. */
  driftThreshold: number;
  /** The agent's drift.confidenceThreshold, 0 to 1. */
  confidenceThreshold: number;
  /** `auto` goes by the panel's size. */
  layout: 'auto' | 'compact' | 'full';
  showWhy: boolean;
  showQuality: boolean;
  /** Alert buttons, for those who may. */
  showAlerts: boolean;
  /** The uid of an Alertmanager data source for one-off alerts; empty: they are not offered. */
  alertmanagerUid: string;
  /** Of the shape of these options; migration.ts brings older ones up to it. */
  version: number;
}
