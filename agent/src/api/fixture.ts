import { z } from "zod";

import { featureStates, ManualClock } from "../core/index.js";
import type { Decision, WorkloadState } from "../core/index.js";
import { AlertLog } from "./alert-log.js";
import type { ApiOptions } from "./options.js";

/** 2026-03-01T12:00:00Z. */
export const NOW_SECONDS = 1_772_366_400;

const resources = (replicas: number) => ({
  replicas,
  cpuCores: 1,
  memoryBytes: 536_870_912,
  networkBytesPerSecond: 12_500_000,
});

/** A decision of the drift branch: from 2 to 4 replicas. */
export const decision: Decision = {
  decisionId: "decision-1",
  workload: "default/Deployment/shop",
  timeSeconds: NOW_SECONDS,
  status: { status: "ready" },
  branch: "drift",
  driftScore: 0.8,
  confidenceLevel: 0.95,
  predictedWorkload: {
    class: "normal",
    probabilities: {
      normal: 0.7,
      compute_intensive: 0.1,
      memory_intensive: 0.1,
      transfer_intensive: 0.1,
    },
  },
  forecast: {
    originSeconds: NOW_SECONDS,
    level: 0.9,
    points: [{ horizonSeconds: 300, point: 40, lower: 30, upper: 55, chosen: "ets" }],
  },
  current: resources(2),
  recommended: { target: resources(4), lowerBound: resources(3), upperBound: resources(6) },
  contributions: [
    { cause: "drift", replicas: 3 },
    { cause: "scale_up_rate", replicas: -1 },
  ],
  guards: ["scale_up_rate"],
  reasons: ["Analysts call exports nine times as often as they used to."],
  expiresAtSeconds: NOW_SECONDS + 300,
};

const state: WorkloadState = {
  workload: decision.workload,
  timeSeconds: NOW_SECONDS,
  overall: {
    segment: "all",
    callsPerSecond: 20,
    drift: { status: "warming_up", reason: "too_few_windows" },
    models: {},
  },
  segments: [
    {
      segment: "cluster-1",
      callsPerSecond: 2,
      drift: { status: "warming_up", reason: "too_few_windows" },
      sharesModelsOf: "unassigned",
      profile: { actors: 25, operations: [{ operation: "GET /reports", ratio: 0.7 }] },
      models: {},
    },
  ],
  forecast: { status: "warming_up", reason: "too_few_windows" },
  forecastQuality: [],
  operationForecast: { status: "warming_up", reason: "too_few_windows" },
  seasons: [],
  scheduledEvents: [],
  features: featureStates(() => ({
    changeProbability: { status: "warming_up", reason: "too_few_windows" },
    lastChange: undefined,
    anomalyScore: undefined,
  })),
  predictedWorkload: { status: "warming_up", reason: "no_usage_yet" },
  cost: { status: "warming_up", reason: "no_usage_yet" },
  decision,
};

/** An API around a workload `shop`, which takes every object for a call. */
export function apiOptions(overrides: Partial<ApiOptions> = {}): ApiOptions {
  return {
    ingest: (records) => {
      const rejected = records.flatMap((record, index) =>
        typeof record === "object" && record !== null
          ? []
          : [{ index, field: "", reason: "expected an object" }],
      );
      const accepted = records.length - rejected.length;
      return { status: "taken", accepted, duplicate: 0, late: 0, rejected };
    },
    callSchema: z.object({ timestamp: z.number(), service: z.string() }).meta({ id: "Call" }),
    decide: ({ workload }) => (workload.name === "shop" ? decision : undefined),
    counterfactuals: () => [{ cause: "drift", replicas: 1 }],
    explanations: {
      byId: (id) => (id === decision.decisionId ? { decision } : undefined),
      byWorkload: (key, limit) => (key === decision.workload ? [{ decision }].slice(0, limit) : []),
    },
    updateModel: () => Promise.resolve({ status: "accepted", detail: "in use" }),
    restoreModel: () => Promise.resolve({ status: "accepted", detail: "the former one is back" }),
    alertLog: new AlertLog({ clock: new ManualClock(NOW_SECONDS) }),
    view: {
      workloads: () => [state],
      workload: (key) => (key === state.workload ? state : undefined),
    },
    ready: () => ({ ready: true, reasons: [] }),
    metricsText: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", body: "" }),
    token: undefined,
    limits: { maxBodyBytes: 1_000_000, maxCallsPerRequest: 1_000, bodyTimeoutSeconds: 5 },
    reportError: (error) => {
      throw error instanceof Error ? error : new Error(String(error));
    },
    version: "0.0.0",
    ...overrides,
  };
}
