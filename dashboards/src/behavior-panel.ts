import { PanelBuilder } from "@grafana/grafana-foundation-sdk/dashboard";

import { CONFIDENCE_THRESHOLD, DRIFT_THRESHOLD, UIDS } from "./defaults.js";
import { workloadLink } from "./panels.js";
import type { PanelWords } from "./panels.js";
import { DATA_SOURCE, range } from "./queries.js";
import type { Select } from "./queries.js";
import { UNITS } from "./units.js";
import type { Unit } from "./units.js";

/** The plugin's id, as in its plugin.json. */
const BEHAVIOR_PANEL = "presage-behavior-panel";

/** The metrics that the panel reads and that the agent exports, each with the unit of its values. */
const METRICS = {
  observed: ["presage_observed_calls_per_second", UNITS.callsPerSecond],
  driftScore: ["presage_drift_score", UNITS.score],
  driftConfidence: ["presage_drift_confidence", UNITS.share],
  driftEvidence: ["presage_drift_evidence_ratio", UNITS.share],
  forecast: ["presage_forecast_calls_per_second", UNITS.callsPerSecond],
  coverage: ["presage_forecast_coverage_ratio", UNITS.share],
  errorRatio: ["presage_forecast_error_ratio", UNITS.score],
  predictedWorkload: ["presage_predicted_workload_probability", UNITS.share],
  currentReplicas: ["presage_current_replicas", UNITS.count],
  currentCpu: ["presage_current_cpu_cores", UNITS.cores],
  currentMemory: ["presage_current_memory_bytes", UNITS.bytes],
  currentNetwork: ["presage_current_network_bytes_per_second", UNITS.bytesPerSecond],
  recommendedReplicas: ["presage_recommended_replicas", UNITS.count],
  recommendedCpu: ["presage_recommended_cpu_cores", UNITS.cores],
  recommendedMemory: ["presage_recommended_memory_bytes", UNITS.bytes],
  recommendedNetwork: ["presage_recommended_network_bytes_per_second", UNITS.bytesPerSecond],
  contribution: ["presage_recommendation_contribution_replicas", UNITS.count],
  counterfactual: ["presage_counterfactual_replicas", UNITS.count],
  guard: ["presage_guard_active", UNITS.count],
  branch: ["presage_decision_branch", UNITS.count],
  expiry: ["presage_recommendation_expiry_timestamp_seconds", UNITS.seconds],
  modelStatus: ["presage_model_status", UNITS.count],
  scheduledEvent: ["presage_scheduled_event_active", UNITS.count],
} as const satisfies Readonly<Record<string, readonly [metric: string, unit: Unit]>>;

type MetricName = keyof typeof METRICS;

/** All that the panel reads of a workload. */
export const ALL_METRICS: readonly MetricName[] = Object.keys(METRICS) as MetricName[]; // Its own keys.

/** What its list of workloads needs. */
export const OVERVIEW_METRICS: readonly MetricName[] = [
  "observed",
  "driftScore",
  "driftConfidence",
  "forecast",
  "currentReplicas",
  "recommendedReplicas",
  "branch",
  "expiry",
  "modelStatus",
];

/** Options of the panel, as its `src/types.ts` has them. */
interface BehaviorPanelOptions {
  readonly namespace: string;
  readonly workload: string;
  readonly layout: "auto" | "compact" | "full";
  readonly showWhy: boolean;
  readonly showQuality: boolean;
  readonly showAlerts: boolean;
}

/** Of the shape of the options; the panel brings older ones up to date. */
const OPTIONS_VERSION = 1;

/**
 * Our own panel, with one query a metric: it tells metrics apart by their names, so a query must not
 * aggregate them away.
 */
export function behaviorPanel(
  words: Omit<PanelWords, "unit">,
  options: BehaviorPanelOptions,
  metrics: readonly MetricName[],
  select: Select,
): PanelBuilder {
  const panel = new PanelBuilder()
    .type(BEHAVIOR_PANEL)
    .id(words.id)
    .title(words.title)
    .description(words.description)
    .datasource(DATA_SOURCE)
    .options({
      ...options,
      segment: "all",
      horizonSeconds: 0,
      driftThreshold: DRIFT_THRESHOLD,
      confidenceThreshold: CONFIDENCE_THRESHOLD,
      alertmanagerUid: UIDS.alertmanager,
      version: OPTIONS_VERSION,
    })
    .dataLinks([workloadLink("series", UIDS.workload)]);
  for (const name of metrics) {
    const [metric, unit] = METRICS[name];
    panel.withTarget(range(name, select(metric), "__auto"));
    panel.overrideByQuery(name, [{ id: "unit", value: unit }]);
  }
  panel.withTarget(range("mode", 'presage_mode{job=~"$job"}', "__auto"));
  return panel.overrideByQuery("mode", [{ id: "unit", value: UNITS.count }]);
}
