import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Cost, ModelResult, PredictedWorkload } from "../core/index.js";
import { failed, ready, warmingUp, WORKLOAD_CLASSES } from "../core/index.js";
import { predictWorkloadClass } from "./workload-class.js";

const UNKNOWN: Cost = {
  cpuSecondsPerCall: undefined,
  networkBytesPerCall: undefined,
  memoryBytesPerReplica: undefined,
  durationSeconds: undefined,
};
const LEARNED: Cost = {
  cpuSecondsPerCall: 0.01,
  networkBytesPerCall: 2000,
  memoryBytesPerReplica: 1e8,
  durationSeconds: 0.02,
};

const measure = fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), {
  nil: undefined,
});
const costs = fc.record({
  cpuSecondsPerCall: measure,
  networkBytesPerCall: measure,
  memoryBytesPerReplica: measure,
  durationSeconds: measure,
});

function predict(recent: Cost, learned: Cost): PredictedWorkload {
  const result: ModelResult<PredictedWorkload> = predictWorkloadClass(ready({ recent, learned }));
  if (result.status !== "ready") throw new Error("not ready");
  return result.value;
}

describe("predictWorkloadClass", () => {
  it.each([
    ["normal", {}],
    // Twice as much is e^(4 log2(2 / 1.5)) = 5.3 times as likely out of the ordinary as not.
    ["compute_intensive", { cpuSecondsPerCall: 0.02 }],
    ["memory_intensive", { memoryBytesPerReplica: 2e8 }],
    ["transfer_intensive", { networkBytesPerCall: 20_000 }],
    ["normal", { networkBytesPerCall: 2900 }],
    ["normal", { cpuSecondsPerCall: 0.001 }],
  ] as const)("%s when %o", (expected, changes) => {
    const predicted = predict({ ...LEARNED, ...changes }, LEARNED);
    expect(predicted.class).toBe(expected);
    expect(predicted.probabilities[expected]).toBeGreaterThan(0.6 / 1.5);
  });

  it("at one and a half times the odds are even", () => {
    const { probabilities } = predict(
      { ...UNKNOWN, cpuSecondsPerCall: 0.015 },
      { ...UNKNOWN, cpuSecondsPerCall: 0.01 },
    );
    expect(probabilities.normal).toBeCloseTo(0.5, 9);
    expect(probabilities.compute_intensive).toBeCloseTo(0.5, 9);
  });

  it("what is not measured, or was never there, does not speak", () => {
    expect(predict(UNKNOWN, LEARNED).probabilities).toEqual({
      normal: 1,
      compute_intensive: 0,
      memory_intensive: 0,
      transfer_intensive: 0,
    });
    expect(
      predict(LEARNED, { ...LEARNED, cpuSecondsPerCall: 0 }).probabilities.compute_intensive,
    ).toBe(0);
  });

  it("probabilities add up to 1 and the likeliest is named, whatever the costs", () => {
    fc.assert(
      fc.property(costs, costs, (recent, learned) => {
        const { class: likeliest, probabilities } = predict(recent, learned);
        const values = WORKLOAD_CLASSES.map((name) => probabilities[name]);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        expect(probabilities[likeliest]).toBe(Math.max(...values));
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      }),
      // Regression: the odds of such a ratio overflowed and all probabilities were NaN.
      {
        examples: [
          [
            { ...UNKNOWN, cpuSecondsPerCall: 1e300 },
            { ...UNKNOWN, cpuSecondsPerCall: 1e-300 },
          ],
        ],
      },
    );
  });

  it.each([warmingUp("no_usage_yet"), failed("stale_input")])("passes on %o", (result) => {
    expect(predictWorkloadClass(result)).toEqual(result);
  });
});
