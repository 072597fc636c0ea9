import type { FeatureState, ModelResult } from "../../core/index.js";
import { WORKLOAD_LABELS } from "./family.js";
import type { Family } from "./family.js";

/** What change-point and anomaly detection say of a workload's load and calls. */
export const SERIES_FAMILIES: readonly Family[] = [
  perFeature(
    "presage_change_point_probability",
    "Probability that a feature has changed abruptly within the last quarter of an hour or so, from 0 to 1.",
    ({ changeProbability }) => readyValue(changeProbability),
  ),
  perFeature(
    "presage_last_change_point_timestamp_seconds",
    "When a feature last changed abruptly, as it was told.",
    ({ lastChange }) => lastChange?.timeSeconds,
  ),
  perFeature(
    "presage_anomaly_score",
    "How unusual a feature is now, from 0 to 1; from 0.4 on it is worth a look.",
    ({ anomalyScore }) => readyValue(anomalyScore),
  ),
];

function perFeature(
  name: string,
  help: string,
  valueOf: (state: FeatureState) => number | undefined,
): Family {
  return {
    name,
    help,
    labelNames: [...WORKLOAD_LABELS, "feature"],
    collect({ workloads }, emit) {
      for (const { labels, state } of workloads) {
        for (const [feature, watched] of Object.entries(state.features)) {
          emit({ ...labels, feature }, valueOf(watched));
        }
      }
    },
  };
}

function readyValue(result: ModelResult<number> | undefined): number | undefined {
  return result?.status === "ready" ? result.value : undefined;
}
