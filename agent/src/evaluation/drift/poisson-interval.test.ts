import { describe, expect, it } from "vitest";
import { poissonInterval } from "./poisson-interval.js";

describe("poissonInterval", () => {
  it.each([
    // Of no event: P(0) = exp(-mean) = 0.025 at mean = -ln 0.025.
    { count: 0, lower: 0, upper: 3.6889 },
    // Garwood's table.
    { count: 1, lower: 0.0253, upper: 5.5716 },
    { count: 10, lower: 4.7954, upper: 18.3904 },
    { count: 100, lower: 81.3636, upper: 121.627 },
  ])("of $count events", ({ count, lower, upper }) => {
    const interval = poissonInterval(count, 0.95);
    expect(interval[0]).toBeCloseTo(lower, 3);
    expect(interval[1]).toBeCloseTo(upper, 3);
  });
});
