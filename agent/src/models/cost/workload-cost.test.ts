import { describe, expect, it } from "vitest";

import { observationAt, WORKLOAD } from "../../core/fixture.js";
import { addCall, emptyWindow } from "../../behavior/window-summary.js";
import type { Call, CostComparison, Json, UsageReading, WindowSummary } from "../../core/index.js";
import { WorkloadCost } from "./workload-cost.js";

const OPTIONS = { recentHalfLifeSeconds: 100, learnedHalfLifeSeconds: 10_000 };

function reading(timeSeconds: number, fields: Partial<UsageReading> = {}): UsageReading {
  return {
    workload: WORKLOAD,
    instance: "one",
    timeSeconds,
    calls: undefined,
    callDurationSeconds: undefined,
    cpuSeconds: undefined,
    memoryBytes: undefined,
    networkBytes: undefined,
    ...fields,
  };
}

function windowOf(endSeconds: number, calls: number, fields: Partial<Call> = {}): WindowSummary {
  const window = emptyWindow(WORKLOAD, "all", endSeconds - 10, endSeconds);
  for (let call = 0; call < calls; call += 1) {
    addCall(window, observationAt(endSeconds - 5, fields));
  }
  return window;
}

function compared(cost: WorkloadCost, nowSeconds = 10): CostComparison {
  const result = cost.compare(nowSeconds);
  if (result.status !== "ready") throw new Error(`the cost is ${result.status}`);
  return result.value;
}

describe("WorkloadCost", () => {
  it("warms up: no usage yet, too few calls, ready", () => {
    const cost = new WorkloadCost(OPTIONS);
    expect(cost.compare(10)).toEqual({ status: "warming_up", reason: "no_usage_yet" });
    cost.recordUsage(reading(1, { calls: 0, cpuSeconds: 0 }));
    expect(cost.compare(10)).toEqual({ status: "warming_up", reason: "no_usage_yet" });
    cost.recordUsage(reading(2, { calls: 49, cpuSeconds: 1 }));
    expect(cost.compare(10)).toEqual({ status: "warming_up", reason: "too_few_calls" });
    cost.recordUsage(reading(3, { calls: 51, cpuSeconds: 1 }));
    expect(cost.compare(10).status).toBe("ready");
  });

  it("is usage over the calls of the same time", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(
      reading(1, { calls: 1000, cpuSeconds: 70, networkBytes: 5e6, memoryBytes: 1e8 }),
    );
    cost.recordUsage(
      reading(2, { calls: 1100, cpuSeconds: 72, networkBytes: 6e6, memoryBytes: 1e8 }),
    );
    // 2 s and 1 MB over 100 calls.
    expect(compared(cost).recent).toEqual({
      cpuSecondsPerCall: 0.02,
      networkBytesPerCall: 10_000,
      memoryBytesPerReplica: 1e8,
      durationSeconds: undefined,
    });
  });

  it("leaves out an interval in which a counter was reset", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 1000, cpuSeconds: 100 }));
    cost.recordUsage(reading(2, { calls: 1100, cpuSeconds: 101 }));
    // The service began anew: 5 calls and 9 s of CPU at its start are no difference of anything.
    cost.recordUsage(reading(3, { calls: 5, cpuSeconds: 9 }));
    cost.recordUsage(reading(4, { calls: 105, cpuSeconds: 10 }));
    expect(compared(cost).recent.cpuSecondsPerCall).toBeCloseTo(0.01, 12);
  });

  it("a reading that was overtaken on its way changes nothing", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 0, cpuSeconds: 0 }));
    cost.recordUsage(reading(3, { calls: 200, cpuSeconds: 2 }));
    // Regression: it looked like a reset, and the calls from here to 200 counted a second time.
    cost.recordUsage(reading(2, { calls: 100, cpuSeconds: 2 }));
    cost.recordUsage(reading(4, { calls: 300, cpuSeconds: 3 }));
    expect(compared(cost).learned.cpuSecondsPerCall).toBeCloseTo(0.01, 12);
  });

  it("tells the counters of instances apart, and adds them up", () => {
    const cost = new WorkloadCost(OPTIONS);
    for (const [timeSeconds, calls, cpuSeconds] of [
      [1, 0, 0],
      [2, 100, 1],
    ] as const) {
      cost.recordUsage(reading(timeSeconds, { calls, cpuSeconds }));
      cost.recordUsage(
        reading(timeSeconds, {
          instance: "two",
          calls: 5000 + calls * 3,
          cpuSeconds: 900 + cpuSeconds * 9,
        }),
      );
    }
    // 1 s over 100 calls and 9 s over 300.
    expect(compared(cost).recent.cpuSecondsPerCall).toBeCloseTo(0.025, 12);
  });

  it("keeps the counters of a bounded number of instances", () => {
    const cost = new WorkloadCost(OPTIONS);
    for (let index = 0; index < 1500; index += 1) {
      cost.recordUsage(reading(index, { instance: `pod-${index}`, calls: 1, cpuSeconds: 1 }));
    }
    expect(cost.forgottenInstances).toBe(500);
    // The first is forgotten, so its next reading has nothing to be compared with.
    cost.recordUsage(reading(2000, { instance: "pod-0", calls: 101, cpuSeconds: 2 }));
    expect(cost.compare(2000).status).toBe("warming_up");
    cost.recordUsage(reading(2001, { instance: "pod-1499", calls: 101, cpuSeconds: 2 }));
    expect(compared(cost, 2001).recent.cpuSecondsPerCall).toBeCloseTo(0.01, 12);
  });

  it("takes the network from the sizes of calls as long as no counter tells it", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordCalls(
      windowOf(10, 100, { requestBytes: 100, responseBytes: 900, durationSeconds: 0.5 }),
    );
    expect(compared(cost).recent).toEqual({
      cpuSecondsPerCall: undefined,
      networkBytesPerCall: 1000,
      memoryBytesPerReplica: undefined,
      durationSeconds: 0.5,
    });
    cost.recordUsage(reading(10, { calls: 0, networkBytes: 0 }));
    cost.recordUsage(reading(11, { calls: 100, networkBytes: 150_000 }));
    expect(compared(cost).recent.networkBytesPerCall).toBe(1500);
  });

  it("counts no bytes of operations whose answers have no known size", () => {
    const cost = new WorkloadCost(OPTIONS);
    const window = windowOf(10, 100, { responseBytes: 1000 });
    for (let call = 0; call < 100; call += 1) {
      const fields = { operation: "POST /upload", requestBytes: 1e9, responseBytes: undefined };
      addCall(window, observationAt(5, fields));
    }
    cost.recordCalls(window);
    expect(compared(cost).recent.networkBytesPerCall).toBe(1000);
  });

  it("a network counter alone is a cost, too", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 0, networkBytes: 0 }));
    cost.recordUsage(reading(2, { calls: 100, networkBytes: 100_000 }));
    expect(compared(cost).learned.networkBytesPerCall).toBe(1000);
  });

  it("does not believe a measure of a few calls because another has many", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordCalls(windowOf(10, 1000));
    cost.recordUsage(reading(10, { calls: 0, cpuSeconds: 0 }));
    cost.recordUsage(reading(11, { calls: 1, cpuSeconds: 5 }));
    expect(compared(cost).recent.cpuSecondsPerCall).toBeUndefined();
  });

  it("recent follows a change soon, learned slowly", () => {
    const cost = new WorkloadCost(OPTIONS);
    let calls = 0;
    let cpuSeconds = 0;
    const run = (from: number, to: number, perCall: number) => {
      for (let second = from; second < to; second += 10) {
        cost.recordUsage(reading(second, { calls, cpuSeconds }));
        calls += 100;
        cpuSeconds += 100 * perCall;
      }
    };
    run(1, 20_000, 0.01);
    run(20_000, 20_300, 0.04);
    const { recent, learned } = compared(cost, 20_290);
    // Three half-lives of the recent one: 0.04 - 0.03 / 8 = 0.036, less the interval at the joint.
    expect(recent.cpuSecondsPerCall).toBeGreaterThan(0.034);
    expect(recent.cpuSecondsPerCall).toBeLessThan(0.037);
    // 300 s of a half-life of 10,000 s: 2% of the way.
    expect(learned.cpuSecondsPerCall).toBeLessThan(0.012);
  });

  // Regression: in a quiet hour the little CPU that runs anyway counted as the cost of the few calls, so a
  // call looked ten times as expensive, the work compute intensive, and a replica ten times too small.
  it("does not take idle CPU for the cost of a few recent calls", () => {
    const cost = new WorkloadCost(OPTIONS);
    let calls = 0;
    let cpuSeconds = 0;
    const run = (from: number, to: number, callsEvery: (second: number) => number) => {
      for (let second = from; second < to; second += 10) {
        const more = callsEvery(second);
        calls += more;
        // 20 ms a call, and 2% of a core whether anybody calls or not.
        cpuSeconds += 0.02 * more + 0.2;
        cost.recordUsage(reading(second, { calls, cpuSeconds }));
      }
    };
    run(10, 20_000, () => 100);
    // One call a minute.
    run(20_000, 23_600, (second) => (second % 60 === 0 ? 1 : 0));
    const { recent, learned } = compared(cost, 23_590);
    // 0.022 s by day; 60 calls of at most 1.22 s are 73 s beside the 1.1e4 calls x 0.022 s that count yet.
    expect(learned.cpuSecondsPerCall).toBeLessThan(0.03);
    expect(recent).toEqual(learned);
  });

  it("lets the learned cost speak once the recent calls are too long ago, and the recent one again", () => {
    const cost = new WorkloadCost(OPTIONS);
    for (let second = 0; second <= 5000; second += 10) {
      cost.recordUsage(reading(second + 1, { calls: 10 * second, cpuSeconds: 0.1 * second }));
    }
    cost.recordUsage(reading(5011, { calls: 50_100, cpuSeconds: 508 }));
    // The last 100 of 1443 + 100 calls that count as recent took 80 ms instead of 10 ms.
    const { recent, learned } = compared(cost, 5011);
    expect(recent.cpuSecondsPerCall).toBeGreaterThan(0.013);
    expect(learned.cpuSecondsPerCall).toBeLessThan(0.011);
    // 1500 calls are 47 after five half-lives of 100 s.
    expect(compared(cost, 5511).recent.cpuSecondsPerCall).toBe(learned.cpuSecondsPerCall);
    cost.recordUsage(reading(5521, { calls: 50_200, cpuSeconds: 509 }));
    expect(compared(cost, 5521).recent.cpuSecondsPerCall).not.toBe(learned.cpuSecondsPerCall);
  });

  // Regression: the CPU of an interval in which no call ended was thrown away, so calls that take longer
  // than the time between two readings looked cheap: 9 s instead of 27 s.
  it("counts the CPU of calls that take longer than from one reading to the next", () => {
    const cost = new WorkloadCost(OPTIONS);
    // 9 s of CPU in each 10 s, and every third time a call ends.
    for (let index = 0; index < 600; index += 1) {
      cost.recordUsage(
        reading(10 * (index + 1), {
          calls: Math.floor(index / 3),
          cpuSeconds: 9 * index,
          memoryBytes: index < 599 ? 1e8 : 9e8,
        }),
      );
    }
    const { learned, recent } = compared(cost, 6000);
    expect(learned.cpuSecondsPerCall).toBeCloseTo(27, 9);
    // The memory of a reading without calls is as good as any.
    expect(recent.memoryBytesPerReplica).toBeGreaterThan(1e8);
  });

  it("does not count the CPU of more than a minute before a call ended", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(10, { calls: 1000, cpuSeconds: 10 }));
    // An hour without calls takes 36 s; the last 50 s of it may be of the calls that end then.
    for (let second = 20; second <= 3600; second += 10) {
      cost.recordUsage(reading(second, { calls: 1000, cpuSeconds: 10 + second / 100 }));
    }
    cost.recordUsage(reading(3610, { calls: 1100, cpuSeconds: 10 + 36.1 + 1 }));
    // 100 calls of 10 ms, and up to 0.6 s of idle CPU.
    const { learned } = compared(cost, 3610);
    expect(learned.cpuSecondsPerCall).toBeGreaterThanOrEqual(0.01);
    expect(learned.cpuSecondsPerCall).toBeLessThan(0.0165);
  });

  it("a restart while no call ends is a reset all the same", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(10, { calls: 0, cpuSeconds: 5 }));
    cost.recordUsage(reading(20, { calls: 0, cpuSeconds: 1 }));
    cost.recordUsage(reading(30, { calls: 100, cpuSeconds: 7 }));
    expect(compared(cost, 30).recent.cpuSecondsPerCall).toBeCloseTo(0.06, 12);
  });

  // Regression: a cost that was measured once was believed for ever.
  it("is stale when nothing was measured for five half-lives of what is recent", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 0, cpuSeconds: 0 }));
    cost.recordUsage(reading(11, { calls: 100, cpuSeconds: 1 }));
    expect(cost.compare(511).status).toBe("ready");
    const stale = { status: "failed", reason: "stale_input" };
    expect(cost.compare(511.1)).toEqual(stale);
    // Calls that come without usage do not say what CPU they take, and their bytes alone look cheap.
    cost.recordCalls(windowOf(520, 1000));
    expect(cost.compare(520)).toEqual(stale);
    cost.recordUsage(reading(521, { calls: 200, cpuSeconds: 2 }));
    expect(cost.compare(521).status).toBe("ready");
  });

  it("takes durations from the service's counters while the calls carry none", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 0, cpuSeconds: 0, callDurationSeconds: 0 }));
    cost.recordUsage(reading(2, { calls: 100, cpuSeconds: 1, callDurationSeconds: 30 }));
    expect(compared(cost).recent.durationSeconds).toBeCloseTo(0.3, 12);
    cost.recordCalls(windowOf(10, 100, { durationSeconds: 0.5 }));
    expect(compared(cost).recent.durationSeconds).toBeCloseTo(0.5, 12);
  });

  it("restored, it compares the same and goes on from the next reading", () => {
    const cost = new WorkloadCost(OPTIONS);
    cost.recordUsage(reading(1, { calls: 0, cpuSeconds: 0, memoryBytes: 5e7 }));
    cost.recordUsage(reading(2, { calls: 100, cpuSeconds: 3, memoryBytes: 6e7 }));
    cost.recordCalls(windowOf(10, 60));
    const restored = new WorkloadCost(OPTIONS);
    restored.restore(JSON.parse(JSON.stringify(cost.snapshot())) as Json);
    expect(restored.compare(10)).toEqual(cost.compare(10));
    // The counters are not kept: what ran while the agent was away is nobody's cost.
    for (const one of [cost, restored]) {
      one.recordCalls(windowOf(20, 30, { responseBytes: 9 }));
    }
    expect(restored.compare(10)).toEqual(cost.compare(10));
    restored.recordUsage(reading(500, { calls: 9000, cpuSeconds: 1 }));
    restored.recordUsage(reading(501, { calls: 9100, cpuSeconds: 2 }));
    expect(compared(restored, 501).recent.cpuSecondsPerCall).toBeLessThan(0.03);
  });

  it.each([
    [null],
    [{}],
    [
      {
        cpu: [
          [1, 2, 3],
          [1, 2],
        ],
      },
    ],
  ])("refuses %o", (snapshot) => {
    expect(() => {
      new WorkloadCost(OPTIONS).restore(snapshot);
    }).toThrow(TypeError);
  });
});
