import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { ArrivalRate } from "./arrival-rate.js";

describe("ArrivalRate", () => {
  it("counts one in ten seconds as .1, and half of it after a silence of a half-life", () => {
    const arrivals = new ArrivalRate();
    expect(arrivals.at(0)).toBe(0);
    for (let second = 0; second <= 6000; second += 10) arrivals.count(second);
    expect(arrivals.at(6005)).toBeCloseTo(0.1, 3);
    expect(arrivals.at(6305)).toBeCloseTo(0.05, 3);
  });

  it("goes on after a restore", () => {
    const [arrivals, restored] = [new ArrivalRate(), new ArrivalRate()];
    for (const second of [3, 5, 40]) arrivals.count(second);
    restored.restore(new SnapshotReader(arrivals.snapshot(), "arrivals"));
    expect(restored.at(50)).toBe(arrivals.at(50));
  });
});
