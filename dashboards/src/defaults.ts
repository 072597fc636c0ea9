/** The agent's default of `drift.threshold`, a score from 0 to 1. */
export const DRIFT_THRESHOLD = 0.5;

/** The agent's default of `drift.confidenceThreshold`, a probability from 0 to 1. */
export const CONFIDENCE_THRESHOLD = 0.8;

/** The score from which the agent's evaluation counts an anomaly, from 0 to 1. */
export const ANOMALY_THRESHOLD = 0.4;

/** The agent's default of `forecast.level`: the share of what comes that an interval is to hold. */
export const INTERVAL_LEVEL = 0.9;

/** The job that the Prometheus configuration and the rules expect. */
export const JOB = "presage";

/** uids by which provisioning, dashboards and alerts refer to each other. */
export const UIDS = {
  prometheus: "prometheus",
  alertmanager: "alertmanager",
  fleet: "presage-fleet",
  workload: "presage-workload",
  quality: "presage-quality",
  agent: "presage-agent",
} as const;

/** The panel of the workload's dashboard that alerts point to. */
export const MAIN_PANEL_ID = 1;

/** The panel of the agents' dashboard that alerts point to. */
export const REACHABLE_PANEL_ID = 5;
