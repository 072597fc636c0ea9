import { describe, expect, it } from "vitest";

import { failed, ready, warmingUp } from "../core/index.js";
import type { WorkloadClass } from "../core/index.js";
import { decide } from "./allocator.js";
import {
  COST,
  costOf,
  driftOf,
  forecastOf,
  historyOf,
  inputsOf,
  resources,
  SETTINGS,
} from "./fixture.js";

function predicted(name: WorkloadClass) {
  const probabilities = {
    normal: 0.1,
    compute_intensive: 0.1,
    memory_intensive: 0.1,
    transfer_intensive: 0.1,
  };
  return ready({ class: name, probabilities: { ...probabilities, [name]: 0.7 } });
}

describe("the branch", () => {
  it.each([
    ["drift", { drift: driftOf(0.6, 0.9) }],
    ["drift", { drift: driftOf(0.6, 0.9), predictedWorkload: predicted("memory_intensive") }],
    ["shape", { drift: driftOf(0.6, 0.8), predictedWorkload: predicted("memory_intensive") }],
    ["shape", { drift: driftOf(0.5, 1), predictedWorkload: predicted("compute_intensive") }],
    [
      "shape",
      { drift: warmingUp("too_few_windows"), predictedWorkload: predicted("transfer_intensive") },
    ],
    ["keep", { drift: driftOf(0.6, 0.8) }],
    ["keep", { drift: warmingUp("too_few_windows"), predictedWorkload: warmingUp("no_usage_yet") }],
    ["reactive", { drift: driftOf(0.9, 1), forecast: warmingUp("too_few_windows") }],
    ["reactive", { drift: driftOf(0.9, 1), observedCallsPerSecond: undefined }],
    ["reactive", { cost: warmingUp("no_usage_yet") }],
  ] as const)("%s when %o", (branch, fields) => {
    expect(decide(SETTINGS, inputsOf(fields)).branch).toBe(branch);
  });
});

describe("the status", () => {
  it.each([
    [{ status: "ready" }, {}],
    [{ status: "failed", reason: "stale_input" }, { forecast: failed("stale_input") }],
    [{ status: "failed", reason: "stale_input" }, { observedCallsPerSecond: undefined }],
    [{ status: "warming_up", reason: "no_usage_yet" }, { cost: warmingUp("too_few_calls") }],
    [{ status: "failed", reason: "stale_input" }, { cost: failed("stale_input") }],
    // Regressions: such forecasts counted as ready, and the recommendation was NaN or only reactive.
    [{ status: "failed", reason: "non_finite_input" }, { forecast: forecastOf(5, 4, NaN) }],
    [{ status: "failed", reason: "non_finite_input" }, { forecast: forecastOf(5, 4, Infinity) }],
    [
      { status: "failed", reason: "fit_failed" },
      { forecast: ready({ originSeconds: 0, level: 0.9, points: [] }) },
    ],
  ] as const)("%o", (status, fields) => {
    const decision = decide(SETTINGS, inputsOf(fields));
    expect(decision.status).toEqual(status);
    expect(decision.recommended.target.replicas).toBe(2);
  });
});

describe("the contributions", () => {
  it("tell load, forecast, shape, drift and guards apart", () => {
    const decision = decide(
      { ...SETTINGS, maximumReplicas: 18 },
      inputsOf({
        observedCallsPerSecond: 30,
        forecast: forecastOf(50, 40, 60),
        // A call takes twice the CPU it used to: 5 calls a second a replica instead of 10.
        cost: costOf({ ...COST, cpuSecondsPerCall: 0.1 }),
        drift: driftOf(0.75, 1),
      }),
    );
    // 2 -> 30/10 = 3 -> 60/10 = 6 -> 60/5 = 12; drift is half way up: 1 + 0.5 x 0.5 x 1 = 1.25 -> 15.
    expect(decision.contributions).toEqual([
      { cause: "load", replicas: 1 },
      { cause: "forecast", replicas: 3 },
      { cause: "shape", replicas: 6 },
      { cause: "drift", replicas: 3 },
    ]);
    expect(decision.recommended.target.replicas).toBe(15);
    expect(decision.guards).toEqual([]);
  });

  it("name the guard that took some away", () => {
    const settings = { ...SETTINGS, maximumReplicas: 4 };
    const decision = decide(settings, inputsOf({ forecast: forecastOf(100) }));
    expect(decision.contributions).toEqual([
      { cause: "forecast", replicas: 8 },
      { cause: "maximum_replicas", replicas: -6 },
    ]);
    expect(decision.guards).toEqual(["maximum_replicas"]);
    expect(decision.recommended.upperBound.replicas).toBe(4);
    // Four replicas for 100 calls a second: each would need 25 x 0.05 / 0.5 = 2.5 cores.
    expect(decision.recommended.target.cpuCores).toBeCloseTo(2.5, 9);
  });
});

describe("the demand", () => {
  const points = [
    { horizonSeconds: 300, point: 90, lower: 80, upper: 100, chosen: "ets" },
    { horizonSeconds: 60, point: 30, lower: 20, upper: 40, chosen: "ets" },
  ];
  const forecast = ready({ originSeconds: 0, level: 0.9, points });

  it.each([
    ["until a replica started now would serve", undefined, 4],
    ["as far as asked", 300, 10],
    ["to the first horizon beyond", 61, 10],
    ["as far as it goes", 3600, 10],
  ])("is looked at %s", (_name, horizonSeconds, replicas) => {
    const decision = decide(SETTINGS, inputsOf({ forecast, horizonSeconds }));
    expect(decision.recommended.target.replicas).toBe(replicas);
  });

  it("gives the bounds: the lowest ahead, and the peak with all that drift could add", () => {
    const { recommended } = decide(SETTINGS, inputsOf({ forecast, observedCallsPerSecond: 1 }));
    // 20 / 10 = 2, and 100 x 1.5 / 10 = 15.
    expect(recommended.lowerBound.replicas).toBe(2);
    expect(recommended.upperBound.replicas).toBe(15);
  });
});

describe("drift", () => {
  const withDrift = (score: number, confidence: number) =>
    decide(
      { ...SETTINGS, maximumReplicas: 1000, maxScaleUpReplicasPerMinute: 1000 },
      inputsOf({ forecast: forecastOf(1000), drift: driftOf(score, confidence) }),
    ).recommended.target.replicas;

  it("adds nothing at its thresholds and half at the most", () => {
    expect(withDrift(0.5, 1)).toBe(100);
    expect(withDrift(0.75, 0.8)).toBe(100);
    expect(withDrift(1, 1)).toBe(150);
  });

  it("adds more with a higher score and a higher confidence", () => {
    const byScore = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map((score) => withDrift(score, 0.9));
    const byConfidence = [0.81, 0.85, 0.9, 0.95, 1].map((confidence) => withDrift(0.9, confidence));
    for (const row of [byScore, byConfidence]) {
      expect([...row].sort((a, b) => a - b)).toEqual(row);
      expect(new Set(row).size).toBe(row.length);
    }
  });
});

describe("what a replica needs", () => {
  it("memory follows what a replica holds, with a margin, and is never lowered", () => {
    const heavy = costOf({ ...COST, memoryBytesPerReplica: 2e9 });
    const grown = decide(SETTINGS, inputsOf({ cost: heavy })).recommended;
    expect(grown.target.memoryBytes).toBe(2.3e9);
    expect(grown.upperBound.memoryBytes).toBeGreaterThan(2.3e9);
    const kept = decide(SETTINGS, inputsOf()).recommended;
    expect(kept.target.memoryBytes).toBe(1e9);
    expect(kept.lowerBound.memoryBytes).toBeCloseTo(5.75e8, 0);
  });

  it("is left as it is while costs are unknown", () => {
    const { recommended } = decide(SETTINGS, inputsOf({ cost: warmingUp("no_usage_yet") }));
    expect(recommended.target).toEqual(resources(2));
    expect(recommended.lowerBound).toEqual(resources(2));
    expect(recommended.upperBound).toEqual(resources(2));
  });
});

describe("after an outage", () => {
  // Regression: what was wanted in an outage was the current or the reactive number, not what was held, so
  // replicas were taken away as soon as the load was known again.
  it.each([
    ["no call was reported", { observedCallsPerSecond: undefined }],
    ["the forecast was missing", { forecast: failed("stale_input") }],
  ] as const)("in which %s, what was held is stabilized", (_name, outage) => {
    const history = historyOf([[9000, 10]]);
    const decideAt = (timeSeconds: number, fields: object): number => {
      // Somebody who does not know says that one replica runs.
      const inputs = inputsOf({ timeSeconds, current: resources(1), history, ...fields });
      const { recommended, wantedReplicas, reactiveReplicas } = decide(SETTINGS, inputs);
      const { replicas } = recommended.target;
      history.add({
        timeSeconds,
        recommended: replicas,
        wanted: wantedReplicas,
        reactive: reactiveReplicas,
        current: 1,
      });
      return replicas;
    };
    // The outage ends at 9900; 20 calls a second need 2 replicas, and stabilization takes 300 s.
    for (let second = 9400; second < 9900; second += 10) {
      expect(decideAt(second, outage)).toBe(10);
    }
    expect(decideAt(9900, {})).toBe(10);
    expect(decideAt(10_190, {})).toBe(10);
    expect(decideAt(10_200, {})).toBe(2);
  });
});

describe("a decision", () => {
  it("carries what it rests on and when it expires", () => {
    const inputs = inputsOf({ drift: driftOf(0.6, 0.9) });
    expect(decide(SETTINGS, inputs)).toMatchObject({
      workload: "default/Deployment/shop",
      timeSeconds: 10_000,
      expiresAtSeconds: 10_300,
      horizonSeconds: 60,
      driftScore: 0.6,
      confidenceLevel: 0.9,
      current: inputs.current,
      reactiveReplicas: 2,
      capacity: { callsPerSecond: 10, limitedBy: "cpu" },
    });
  });

  it("says nothing of what is unknown", () => {
    const decision = decide(
      SETTINGS,
      inputsOf({
        drift: warmingUp("too_few_windows"),
        predictedWorkload: failed("stale_input"),
        forecast: failed("stale_input"),
        cost: warmingUp("no_usage_yet"),
      }),
    );
    const { driftScore, confidenceLevel, predictedWorkload, forecast, capacity, reactiveReplicas } =
      decision;
    expect([
      driftScore,
      confidenceLevel,
      predictedWorkload,
      forecast,
      capacity,
      reactiveReplicas,
    ]).toEqual(Array(6).fill(undefined));
  });

  it("takes well under 5 ms with a history of an hour of one-second windows", () => {
    const entries = Array.from({ length: 3600 }, (_, index) => [6400 + index, 2] as const);
    const inputs = inputsOf({ history: historyOf(entries, 2), drift: driftOf(0.6, 0.9) });
    const durationsMilliseconds = Array.from({ length: 50 }, () => {
      const start = performance.now();
      decide(SETTINGS, inputs);
      return performance.now() - start;
    }).sort((a, b) => a - b);
    // The median, so that a pause of the machine is not mistaken for the allocator's.
    expect(durationsMilliseconds[25]).toBeLessThan(5);
  });
});
