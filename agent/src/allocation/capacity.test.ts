import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { estimateCapacity, replicasFor } from "./capacity.js";
import { COST, resources, SETTINGS } from "./fixture.js";

const UNKNOWN = { ...COST, cpuSecondsPerCall: undefined, networkBytesPerCall: undefined };

describe("estimateCapacity", () => {
  it.each([
    // At half utilization: 1 core x 0.5 / 0.05 s.
    ["by its CPU", COST, { callsPerSecond: 10, limitedBy: "cpu" }],
    // 1 MB/s x 0.5 / 100 kB.
    [
      "by its network",
      { ...COST, networkBytesPerCall: 100_000 },
      { callsPerSecond: 5, limitedBy: "network" },
    ],
    [
      "by what is known",
      { ...COST, cpuSecondsPerCall: undefined },
      { callsPerSecond: 50, limitedBy: "network_only" },
    ],
    // A call that takes no CPU does not exist: its cost was too small to be measured.
    [
      "not by a CPU cost of nothing",
      { ...COST, cpuSecondsPerCall: 0 },
      { callsPerSecond: 50, limitedBy: "network_only" },
    ],
    [
      "not by what costs nothing",
      { ...COST, networkBytesPerCall: 0 },
      { callsPerSecond: 10, limitedBy: "cpu" },
    ],
    ["by nothing that is known", UNKNOWN, undefined],
    ["without any cost", undefined, undefined],
  ] as const)("limits a replica %s", (_name, cost, capacity) => {
    expect(estimateCapacity(SETTINGS, resources(3), cost)).toEqual(capacity);
  });

  it("takes what is given, whatever was learned", () => {
    const settings = { ...SETTINGS, callsPerSecondPerReplica: 30 };
    expect(estimateCapacity(settings, resources(1), COST)).toEqual({
      callsPerSecond: 15,
      limitedBy: "given",
    });
  });

  // Regression: the API accepts 0 cores, and any load over a capacity of 0 was infinitely many replicas.
  it("is not 0 when 0 cores are told", () => {
    const replica = { ...resources(1), cpuCores: 0 };
    expect(estimateCapacity(SETTINGS, replica, COST)?.limitedBy).toBe("network_only");
    expect(
      estimateCapacity(SETTINGS, { ...replica, networkBytesPerSecond: 0 }, COST),
    ).toBeUndefined();
  });
});

describe("replicasFor", () => {
  const capacity = { callsPerSecond: 10, limitedBy: "cpu" } as const;

  it.each([
    [0, 0],
    [0.1, 1],
    [10, 1],
    [10.1, 2],
    [1e300, Number.MAX_SAFE_INTEGER],
    [undefined, undefined],
  ])("%d calls a second", (callsPerSecond, replicas) => {
    expect(replicasFor(callsPerSecond, capacity)).toBe(replicas);
  });

  it("is unknown without a capacity", () => {
    expect(replicasFor(5, undefined)).toBeUndefined();
  });

  it("is enough, and one less is not", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (callsPerSecond) => {
        const replicas = replicasFor(callsPerSecond, capacity) ?? 0;
        expect(replicas * 10).toBeGreaterThanOrEqual(callsPerSecond);
        expect((replicas - 1) * 10).toBeLessThan(callsPerSecond);
      }),
    );
  });
});
