import { describe, expect, it } from "vitest";

import { SETTINGS } from "./allocation/fixture.js";
import { callAt, WORKLOAD } from "./core/fixture.js";
import type { Resources, WorkloadState } from "./core/index.js";
import { DecisionLog } from "./explanation/decision-log.js";
import { PayloadStatisticsModel } from "./models/payload/statistics.js";
import { MarkovSequenceModel } from "./models/sequence/markov.js";
import { SelectingVolumeModel } from "./models/volume/selecting-volume-model.js";
import { Pipeline } from "./pipeline.js";

const START_SECONDS = 1_750_000_000;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const OUTAGE_SECONDS = 120;

function resources(replicas: number): Resources {
  return { replicas, cpuCores: 1, memoryBytes: 1e9, networkBytesPerSecond: 1e6 };
}

/** The flow with its real parts, but for the fits, which fail; a replica takes 2.5 x 0.5 calls a second. */
function pipelineOf(
  running: number,
  maxScaleDownReplicasPerMinute = 100,
): { pipeline: Pipeline; states: WorkloadState[] } {
  const states: WorkloadState[] = [];
  const pipeline = new Pipeline(
    WORKLOAD,
    {
      windowSeconds: 10,
      latenessSeconds: 5,
      maxCalls: 1000,
      sessionGapSeconds: 1800,
      maxSessions: 100,
      maxSegments: 10,
      segmentPriority: [],
      clusters: {
        maxActors: 100,
        maxClusters: 6,
        minimumActors: 10,
        refitSeconds: 900,
        halfLifeSeconds: DAY_SECONDS,
      },
      falseAlarmIntervalSeconds: 7 * DAY_SECONDS,
      referenceHalfLifeSeconds: DAY_SECONDS,
      warmUpWindows: 30,
      newNormalSeconds: HOUR_SECONDS,
      recentHalfLifeSeconds: 120,
      learnedHalfLifeSeconds: DAY_SECONDS,
      seasonSeconds: DAY_SECONDS,
      outageSeconds: OUTAGE_SECONDS,
      fitDelaySeconds: 60,
      trainingDelaySeconds: 300,
      waitForFits: true,
      currentResources: resources(running),
      mix: {
        windowSeconds: 10,
        horizonsSeconds: [60],
        level: 0.9,
        seasonSeconds: DAY_SECONDS,
        operations: 3,
      },
      allocation: {
        ...SETTINGS,
        callsPerSecondPerReplica: 2.5,
        maximumReplicas: 40,
        maxScaleDownReplicasPerMinute,
        scaleDownStabilizationSeconds: 30,
        allowScaleInOnPrediction: true,
      },
    },
    {
      createCallModels: () => [
        new MarkovSequenceModel({ halfLifeSeconds: DAY_SECONDS, maxOperations: 50 }),
        new PayloadStatisticsModel({ halfLifeSeconds: DAY_SECONDS, maxOperations: 50 }),
      ],
      createVolumeModel: () =>
        new SelectingVolumeModel({
          windowSeconds: 10,
          horizonsSeconds: [60],
          level: 0.9,
          seasonSeconds: DAY_SECONDS,
          refitWindows: 60,
        }),
      fitter: { fit: () => Promise.resolve({ kind: "failed", message: "no fits here" }) },
      decisionLog: new DecisionLog(10),
      askedLog: new DecisionLog(10),
      nextDecisionId: (seconds) => `decision-${seconds}`,
      time: (_stage, run) => run(),
      onWindow: (_interval, state) => {
        states.push(state);
      },
    },
  );
  return { pipeline, states };
}

/** Four calls a second: 4 / 1.25 = 3.2, so four replicas. */
function steadyCalls(fromSecond: number, toSecond: number) {
  return Array.from({ length: (toSecond - fromSecond) * 4 }, (_, index) =>
    callAt(START_SECONDS + fromSecond + index / 4, { roles: ["shoppers"] }),
  );
}

describe("when calls stop", () => {
  it("regression: nothing is lowered before it is known whether nobody calls or nothing is reported", async () => {
    const { pipeline, states } = pipelineOf(30, 1);
    await pipeline.process(steadyCalls(0, 900));
    await pipeline.advance(START_SECONDS + 900);
    const before = pipeline.state?.decision?.recommended.target.replicas ?? NaN;
    // On its way down, a replica a minute.
    expect(before).toBeGreaterThan(4);
    expect(before).toBeLessThan(30);
    await pipeline.advance(START_SECONDS + 900 + OUTAGE_SECONDS + 60);
    const silent = states.filter(({ timeSeconds }) => timeSeconds > START_SECONDS + 900);
    const unconfirmed = silent.filter(({ overall }) => overall.callsPerSecond !== undefined);
    // The outage is known at its twelfth window of ten seconds.
    expect(unconfirmed).toHaveLength(11);
    for (const { decision } of unconfirmed) {
      expect(decision?.status).toEqual({ status: "ready" });
      expect(decision?.recommended.target.replicas).toBe(before);
      expect(decision?.reasons.join(" ")).not.toContain("0 calls/s now");
      expect(decision?.reasons.join(" ")).toMatch(
        /4 calls\/s before the last \d+ (s|min) without a call/,
      );
    }
    // The last windows of the outage: the load is unknown, of each segment too, and nothing is lowered.
    const last = silent.at(-1);
    expect(last?.overall.callsPerSecond).toBeUndefined();
    expect(last?.segments.map(({ callsPerSecond }) => callsPerSecond)).toEqual([undefined]);
    expect(last?.decision?.status).toEqual({ status: "failed", reason: "stale_input" });
    expect(last?.decision?.recommended.target.replicas).toBeGreaterThanOrEqual(before);
  });
});

describe("after the first calls", () => {
  it("regression: it is windows that are missing, not calls", async () => {
    const { pipeline, states } = pipelineOf(2);
    await pipeline.process([callAt(START_SECONDS), callAt(START_SECONDS + 1)]);
    await pipeline.finish();
    expect(states).toHaveLength(1);
    const tooFewWindows = { status: "warming_up", reason: "too_few_windows" };
    expect(states[0]?.forecast).toEqual(tooFewWindows);
    expect(states[0]?.overall.drift).toEqual(tooFewWindows);
    expect(states[0]?.decision?.status).toEqual(tooFewWindows);
    expect(states[0]?.overall.models.volume).toEqual(tooFewWindows);
  });

  it("regression: calls that wait for their window to close are calls", async () => {
    const { pipeline } = pipelineOf(2);
    await pipeline.advance(START_SECONDS);
    await pipeline.process([callAt(START_SECONDS + 1)]);
    await pipeline.advance(START_SECONDS + 15);
    expect(pipeline.state?.forecast).toMatchObject({ reason: "too_few_windows" });
  });

  it("regression: the silence before them, while it was only scraped, is not a load of zero", async () => {
    const { pipeline, states } = pipelineOf(2);
    for (let second = 0; second <= 60; second += 10) await pipeline.advance(START_SECONDS + second);
    await pipeline.process(steadyCalls(70, 600));
    // The silence from 0 to 70 s left nothing in the history, so nothing jumped from 0 to 4.
    for (const { forecast } of states) {
      if (forecast.status !== "ready") continue;
      const [point] = forecast.value.points;
      expect(point?.lower).toBeGreaterThan(2);
      expect(point?.upper).toBeLessThan(6);
    }
    expect(states.some(({ forecast }) => forecast.status === "ready")).toBe(true);
  });

  it("without any, no calls have been reported", async () => {
    const { pipeline } = pipelineOf(2);
    await pipeline.advance(START_SECONDS);
    await pipeline.advance(START_SECONDS + 20);
    expect(pipeline.state?.forecast).toMatchObject({ reason: "no_calls_yet" });
    expect(pipeline.state?.overall.callsPerSecond).toBeUndefined();
  });
});

describe("a decision on request", () => {
  it("regression: goes down from what the asker runs, after the stabilization and at the rate", async () => {
    const { pipeline } = pipelineOf(4);
    await pipeline.process(steadyCalls(0, 900));
    const ask = () => pipeline.decideFor(resources(15), undefined)?.recommended.target.replicas;
    expect(ask()).toBe(15);
    await pipeline.process(steadyCalls(900, 960));
    // The stabilization of 30 s is over; the rate allows 100 replicas a minute.
    expect(ask()).toBe(4);
    expect(pipeline.state?.decision?.recommended.target.replicas).toBe(4);
  });
});
