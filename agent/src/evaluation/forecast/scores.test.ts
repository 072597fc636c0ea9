import { describe, expect, it } from "vitest";
import { coverageOf, scorePoints, seasonalErrorOf, shiftOf } from "./scores.js";

describe("scorePoints", () => {
  it("is the hand-computed root mean square, mean and scaled error", () => {
    const values = Float64Array.from([1, 2, 4, 8]);
    // Errors 1 and -2.
    const scores = scorePoints({ horizonSteps: 1, targets: [2, 3], points: [5, 6] }, values, 0.5);
    expect(scores.rmse).toBeCloseTo(Math.sqrt((1 + 4) / 2));
    expect(scores.mae).toBe(1.5);
    expect(scores.mase).toBe(3);
  });
});

describe("seasonalErrorOf", () => {
  it("is the mean step to the season before, over known pairs of the first rows", () => {
    // With season 2, before row 5: |4-1| = 3, unknown, |10-4| = 6.
    expect(seasonalErrorOf(Float64Array.from([1, NaN, 4, 7, 10, 99]), 5, 2)).toBe(4.5);
    expect(seasonalErrorOf(Float64Array.from([1, 2]), 2, 2)).toBeNaN();
  });
});

describe("shiftOf", () => {
  const values = Float64Array.from({ length: 400 }, (_, t) => Math.sin(t / 7) + Math.sin(t / 3.1));
  const targets = Array.from({ length: 300 }, (_, index) => index + 50);
  const from = (lag: number): number[] => targets.map((t) => values[t - lag] ?? NaN);

  it("is 0 for what moves with its target, the horizon for the last value drawn late", () => {
    expect(shiftOf({ horizonSteps: 5, targets, points: from(0) }, values)).toBe(0);
    expect(shiftOf({ horizonSteps: 5, targets, points: from(5) }, values)).toBe(5);
    expect(shiftOf({ horizonSteps: 5, targets, points: from(-2) }, values)).toBe(-2);
  });

  it("of changes: null for naive, which forecasts none; 0 for what knows the change", () => {
    const naive = scorePoints({ horizonSteps: 5, targets, points: from(5) }, values, 1);
    expect(naive.shift_of_change).toBeNull();
    const halfWay = targets.map((t) => ((values[t] ?? 0) + (values[t - 5] ?? 0)) / 2);
    expect(
      scorePoints({ horizonSteps: 5, targets, points: halfWay }, values, 1).shift_of_change,
    ).toBe(0);
  });
});

describe("coverageOf", () => {
  it("counts the hits of all targets, and of the busiest tenth of the hours", () => {
    // Ten hours of two rows; hour 7 has the most load and one hit of two, all the others hit.
    const values = Float64Array.from({ length: 20 }, (_, t) => (t === 14 || t === 15 ? 9 : 1));
    const targets = [...values.keys()];
    const upper = targets.map((t) => (t === 14 ? 5 : 10));
    const zeros = targets.map(() => 0);
    expect(coverageOf(targets, zeros, upper, values, 1800)).toEqual({
      coverage: 19 / 20,
      coverageBusiestTenth: 0.5,
    });
  });
});
