import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/random.js";
import { GroupedInterval } from "./grouped-interval.js";

const MINUTES_PER_DAY = 1440;

/** Shares of targets within the interval, in all and where the load is above the 90% quantile. */
function coverage(errorOf: (load: number, day: number, uniform: number) => number): number[] {
  const random = seededRandom(7);
  const interval = new GroupedInterval({
    level: 0.9,
    windowSeconds: 60,
    overlappingTargets: 5,
    minLoad: 1 / 60,
  });
  const [hits, all, busyHits, busy] = [0, 1, 2, 3];
  const counts = new Float64Array(4);
  for (let minute = 0; minute < 14 * MINUTES_PER_DAY; minute += 1) {
    const day = minute / MINUTES_PER_DAY;
    const load = 50 + 40 * Math.sin(2 * Math.PI * day);
    const target = Math.max(0, load + errorOf(load, day, random() + random() + random() - 1.5));
    const lower = Math.max(0, load - interval.below(load));
    const upper = load + interval.above(load);
    if (day > 3) {
      const isHit = target >= lower && target <= upper ? 1 : 0;
      const isBusy = load > 88 ? 1 : 0;
      for (const [at, add] of [
        [hits, isHit],
        [all, 1],
        [busyHits, isHit * isBusy],
        [busy, isBusy],
      ] as const) {
        counts[at] = (counts[at] ?? 0) + add;
      }
    }
    interval.score(load, lower, upper, target);
  }
  return [(counts[0] ?? 0) / (counts[1] ?? 1), (counts[2] ?? 0) / (counts[3] ?? 1)];
}

describe("GroupedInterval", () => {
  it.each([
    ["noise that grows with the load", (load: number, _day: number, u: number) => 0.3 * load * u],
    [
      "noise that trebles after a week",
      (_load: number, day: number, u: number) => (day > 7 ? 30 : 10) * u,
    ],
  ])("covers its level, in busy hours too, under %s", (_name, errorOf) => {
    const [all = 0, busy = 0] = coverage(errorOf);
    expect(all).toBeGreaterThan(0.89);
    expect(all).toBeLessThan(0.91);
    expect(busy).toBeGreaterThan(0.87);
  });

  it("has no bounds before 60 targets", () => {
    const interval = new GroupedInterval({
      level: 0.9,
      windowSeconds: 60,
      overlappingTargets: 1,
      minLoad: 1,
    });
    for (let i = 0; i < 60; i += 1) {
      expect(interval.above(5)).toBeNaN();
      interval.score(5, NaN, NaN, 6);
    }
    // Mean |error| 1, load 5: .5 * 1 + .5 * sqrt(5) * 1 / sqrt(5) = 1, times 2.1.
    expect(interval.above(5)).toBeCloseTo(2.1);
  });
});
