/** A workload's state for the tests of the demo's view. */
import { featureStates } from "../../core/index.js";
import type { Decision, Drift, ModelResult, WorkloadState } from "../../core/index.js";
import type { StoryLogOptions } from "./story-log.js";

/** 2023-11-14 22:13:20 UTC. */
export const STORY_START_SECONDS = 1_700_000_000;
export const STORY_LOG_OPTIONS: StoryLogOptions = {
  driftScore: 0.5,
  driftConfidence: 0.8,
  windowSeconds: 10,
  outageSeconds: 60,
};
const WORKLOAD = "default/Deployment/shop";

export interface StateOptions {
  readonly storySeconds: number;
  /** 10 when it is left out; undefined: none are reported. */
  readonly callsPerSecond?: number | undefined;
  readonly analystsScore?: number;
  readonly confidence?: number;
  readonly targetReplicas?: number;
  readonly warmingUp?: boolean;
}

function drift(score: number, confidence: number): ModelResult<Drift> {
  return {
    status: "ready",
    value: {
      score,
      confidence,
      sinceSeconds: undefined,
      contributions: [
        {
          segment: "analysts",
          cause: "call_sequence",
          share: 1,
          severity: 0.7,
          recent: undefined,
          learned: undefined,
        },
      ],
    },
  };
}

function decision(timeSeconds: number, replicas: number): Decision {
  const each = { cpuCores: 0.25, memoryBytes: 268_435_456, networkBytesPerSecond: 1_250_000 };
  return {
    decisionId: "d1",
    workload: WORKLOAD,
    timeSeconds,
    status: { status: "ready" },
    branch: "drift",
    driftScore: 0.8,
    confidenceLevel: 0.99,
    predictedWorkload: undefined,
    forecast: undefined,
    current: { replicas: 2, ...each },
    recommended: {
      target: { replicas, ...each, memoryBytes: 322_122_547 },
      lowerBound: { replicas: 2, ...each },
      upperBound: { replicas: replicas + 2, ...each },
    },
    contributions: [
      { cause: "drift", replicas: 1.6 },
      { cause: "no_scale_in_on_prediction", replicas: 0.8 },
      { cause: "load", replicas: -0.4 },
    ],
    guards: [],
    reasons: [
      "Grow from 2 to 4 replicas, each with 307 MiB memory.",
      // 22:28:22 UTC is 15 min 2 s after STORY_START_SECONDS.
      "Behavior has drifted since 22:28:22 UTC (score 0.93, confidence 99%).",
      "analysts: the order of calls changed (distance 0.7 of 1).",
      "analysts: the size of responses went from 2.1 KiB to 250 KiB on average.",
      "analysts: GET /exports/{id} went from 0% to 62% of their calls.",
      "The work is heavier on data transfer (probability 80%): a call moves 48 KiB instead of 12 KiB.",
      "10 calls/s now; in 1 min 12.3 (between 9.87 and 15.5), by ets.",
      "A replica takes 5 calls/s, limited by its network.",
      "Limited by no_scale_in_on_prediction: not down on a prediction alone: the recent load still needed them.",
    ],
    expiresAtSeconds: timeSeconds + 300,
  };
}

export function workloadState(options: StateOptions): WorkloadState {
  const { analystsScore = 0.1, confidence = 0.99 } = options;
  const callsPerSecond = "callsPerSecond" in options ? options.callsPerSecond : 10;
  const timeSeconds = STORY_START_SECONDS + options.storySeconds;
  const warming = { status: "warming_up", reason: "too_few_windows" } as const;
  const warmingUp = options.warmingUp ?? false;
  return {
    workload: WORKLOAD,
    timeSeconds,
    overall: {
      segment: "all",
      callsPerSecond,
      drift: warmingUp ? warming : drift(0.2, 0.1),
      models: {},
    },
    segments: [
      {
        segment: "analysts",
        callsPerSecond: 1.6,
        drift: warmingUp ? warming : drift(analystsScore, confidence),
        models: {},
      },
    ],
    forecast: warmingUp
      ? warming
      : {
          status: "ready",
          value: {
            originSeconds: timeSeconds,
            level: 0.9,
            points: [60, 180, 300].map((horizonSeconds) => ({
              horizonSeconds,
              point: 12.34,
              lower: 9.87,
              upper: 15.5,
              chosen: "ets",
            })),
          },
        },
    forecastQuality: [],
    operationForecast: warming,
    seasons: [],
    scheduledEvents: [],
    features: featureStates(() => ({
      changeProbability: warming,
      lastChange: undefined,
      anomalyScore: undefined,
    })),
    predictedWorkload: warmingUp
      ? warming
      : {
          status: "ready",
          value: {
            class: "transfer_intensive",
            probabilities: {
              normal: 0.1,
              compute_intensive: 0.05,
              memory_intensive: 0.05,
              transfer_intensive: 0.8,
            },
          },
        },
    cost: warming,
    decision: warmingUp ? undefined : decision(timeSeconds, options.targetReplicas ?? 4),
  };
}
