import type {
  Cost,
  CostComparison,
  ModelResult,
  Resources,
  VolumeForecast,
} from "../core/index.js";
import { ready } from "../core/index.js";
import type { AllocationInputs } from "./allocator.js";
import { RecommendationHistory } from "./history.js";
import type { AllocationSettings } from "./settings.js";

export const SETTINGS: AllocationSettings = {
  minimumReplicas: 1,
  maximumReplicas: 20,
  targetUtilizationRatio: 0.5,
  startUpSeconds: 60,
  maxScaleUpReplicasPerMinute: 100,
  maxScaleDownReplicasPerMinute: 100,
  scaleDownStabilizationSeconds: 300,
  expirySeconds: 300,
  allowScaleInOnPrediction: false,
  callsPerSecondPerReplica: undefined,
  driftThreshold: 0.5,
  driftConfidenceThreshold: 0.8,
};

/** A replica has 1 core, 1 GB and 1 MB/s. */
export function resources(replicas: number): Resources {
  return { replicas, cpuCores: 1, memoryBytes: 1e9, networkBytesPerSecond: 1e6 };
}

/** A call takes 50 ms of CPU, so half a core serves 10 calls a second, and half of 1 MB/s 50 of 10 kB. */
export const COST: Cost = {
  cpuSecondsPerCall: 0.05,
  networkBytesPerCall: 10_000,
  memoryBytesPerReplica: 5e8,
  durationSeconds: 0.06,
};

export function costOf(recent: Cost, learned: Cost = COST): ModelResult<CostComparison> {
  return ready({ recent, learned });
}

/** The same interval at a minute and at five. */
export function forecastOf(
  point: number,
  lower = point,
  upper = point,
): ModelResult<VolumeForecast> {
  return ready({
    originSeconds: 0,
    level: 0.9,
    points: [60, 300].map((horizonSeconds) => ({
      horizonSeconds,
      point,
      lower,
      upper,
      chosen: "ets",
    })),
  });
}

export function driftOf(score: number, confidence: number): AllocationInputs["drift"] {
  return ready({ score, confidence, sinceSeconds: undefined, contributions: [] });
}

/** Two replicas, 20 calls a second now and ahead: just what they serve. */
export function inputsOf(fields: Partial<AllocationInputs> = {}): AllocationInputs {
  return {
    workload: "default/Deployment/shop",
    timeSeconds: 10_000,
    current: resources(2),
    observedCallsPerSecond: 20,
    unconfirmedSilenceSeconds: 0,
    forecast: forecastOf(20),
    drift: driftOf(0, 0),
    predictedWorkload: ready({
      class: "normal",
      probabilities: {
        normal: 1,
        compute_intensive: 0,
        memory_intensive: 0,
        transfer_intensive: 0,
      },
    }),
    cost: costOf(COST),
    history: new RecommendationHistory(SETTINGS.scaleDownStabilizationSeconds),
    ...fields,
  };
}

/** One entry per pair of time and recommended replicas, which ran; the load needed `reactive` throughout. */
export function historyOf(
  entries: readonly (readonly [timeSeconds: number, recommended: number])[],
  reactive?: number,
): RecommendationHistory {
  const history = new RecommendationHistory(SETTINGS.scaleDownStabilizationSeconds);
  for (const [timeSeconds, recommended] of entries) {
    history.add({ timeSeconds, recommended, wanted: recommended, reactive, current: recommended });
  }
  return history;
}
