import { Registry } from "prom-client";

import { DRIFT_CAUSES, featureStates, ManualClock } from "../../core/index.js";
import type { Decision, FeatureState, SegmentState, WorkloadState } from "../../core/index.js";
import { createPrometheusExporter } from "./exporter.js";
import type { PrometheusExporter, PrometheusExporterOptions } from "./exporter.js";

export const OPENMETRICS = "application/openmetrics-text;version=1.0.0";
export const SHOP = "default/Deployment/shop";
export const NOW_SECONDS = 1_772_366_400;

const OPERATIONS = Array.from({ length: 10 }, (_, index) => `GET /page-${index}`);

const resources = (replicas: number) => ({
  replicas,
  cpuCores: 1,
  memoryBytes: 536_870_912,
  networkBytesPerSecond: 12_500_000,
});

function decisionOf(workload: string): Decision {
  return {
    decisionId: `${workload}-1`,
    workload,
    timeSeconds: NOW_SECONDS,
    status: { status: "ready" },
    branch: "drift",
    driftScore: 0.8,
    confidenceLevel: 0.95,
    predictedWorkload: undefined,
    forecast: undefined,
    // Half of each resource that is recommended, so that a field can't stand for another.
    current: {
      replicas: 2,
      cpuCores: 0.5,
      memoryBytes: 268_435_456,
      networkBytesPerSecond: 6_250_000,
    },
    recommended: { target: resources(4), lowerBound: resources(3), upperBound: resources(6) },
    contributions: [
      { cause: "drift", replicas: 3 },
      { cause: "scale_up_rate", replicas: -1 },
    ],
    guards: ["scale_up_rate"],
    reasons: [],
    expiresAtSeconds: NOW_SECONDS + 300,
  };
}

/** A segment whose models are ready. */
function segmentOf(segment: string, contributing: readonly string[]): SegmentState {
  const causes = contributing.flatMap((name) => DRIFT_CAUSES.map((cause) => ({ name, cause })));
  return {
    segment,
    callsPerSecond: 20,
    payloadOutliers: 3,
    drift: {
      status: "ready",
      value: {
        score: 0.8,
        confidence: 0.95,
        sinceSeconds: undefined,
        contributions: causes.map(({ name, cause }) => ({
          segment: name,
          cause,
          share: 1 / causes.length,
          severity: 0.5,
          recent: undefined,
          learned: undefined,
        })),
      },
    },
    models: {
      sequence: { status: "ready", value: undefined },
      payload: { status: "ready", value: undefined },
      changepoint: { status: "warming_up", reason: "too_few_windows" },
    },
    servedBy: { sequence: "lstm", payload: "mixture" },
  };
}

const watched = (): FeatureState => ({
  changeProbability: { status: "ready", value: 0.25 },
  lastChange: { timeSeconds: NOW_SECONDS - 3600, probability: 0.99 },
  anomalyScore: { status: "ready", value: 0.125 },
});

/** A workload of which everything is known. */
export function stateOf(workload: string, segments: readonly string[]): WorkloadState {
  return {
    workload,
    timeSeconds: NOW_SECONDS,
    overall: segmentOf("all", segments),
    segments: segments.map((segment) => ({
      ...segmentOf(segment, [segment]),
      profile: { actors: 25, operations: [] },
    })),
    forecast: {
      status: "ready",
      value: {
        originSeconds: NOW_SECONDS,
        level: 0.9,
        points: [60, 300, 900].map((horizonSeconds) => ({
          horizonSeconds,
          point: 40,
          lower: 30,
          upper: 55,
          chosen: "ets",
        })),
      },
    },
    forecastQuality: [60, 300, 900].map((horizonSeconds) => ({
      horizonSeconds,
      scored: 100,
      coverageRatio: 0.91,
      errorRatio: { naive: 0.8, seasonal_naive: undefined },
    })),
    operationForecast: {
      status: "ready",
      value: {
        originSeconds: NOW_SECONDS,
        level: 0.9,
        points: [60, 300, 900].map((horizonSeconds) => ({
          horizonSeconds,
          // As many as by default: ten of their own, and the others.
          operations: [...OPERATIONS, "{other}"].map((operation) => ({
            operation,
            share: 1 / 11,
            point: 4,
            lower: 2,
            upper: 7,
          })),
          weights: { recent: 0.75, sessions: 0.25 },
          coverageRatio: 0.92,
        })),
      },
    },
    scheduledEvents: [
      { event: "holiday", isActive: false },
      { event: "sale", isActive: true },
    ],
    seasons: [
      { season: "hour", seconds: 3600, strength: 0 },
      { season: "day", seconds: 86_400, strength: 0.75 },
    ],
    features: featureStates(watched),
    predictedWorkload: {
      status: "ready",
      value: {
        class: "normal",
        probabilities: {
          normal: 0.7,
          compute_intensive: 0.1,
          memory_intensive: 0.1,
          transfer_intensive: 0.1,
        },
      },
    },
    cost: { status: "warming_up", reason: "no_usage_yet" },
    decision: decisionOf(workload),
  };
}

/** An exporter of the workloads that `states` gives at the moment. */
export function exporterOf(
  states: () => readonly WorkloadState[],
  options: Partial<PrometheusExporterOptions> = {},
  registry = new Registry(),
): PrometheusExporter {
  const view = {
    workloads: states,
    workload: (key: string) => states().find((state) => state.workload === key),
  };
  return createPrometheusExporter(registry, view, {
    mode: "shadow",
    clock: new ManualClock(NOW_SECONDS),
    counterfactuals: () => [{ cause: "drift", replicas: 1 }],
    ...options,
  });
}
