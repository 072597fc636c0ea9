import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { mixDistance, shiftDistance } from "./distances.js";

const mixes = fc
  .array(
    fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.double({ min: 0, max: 1e6, noNaN: true })),
  )
  .map((entries) => new Map(entries));

describe("shiftDistance", () => {
  it.each([
    // 2 Phi(shift / 2) - 1, from a table of the normal distribution.
    [0, 0],
    [1, 0.382925],
    [2, 0.682689],
    [-2, 0.682689],
    [20, 1],
  ])("%f standard deviations apart", (shift, distance) => {
    expect(shiftDistance(shift)).toBeCloseTo(distance, 6);
  });

  it("lies in [0, 1]; no shift is not below it", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (shift) => {
        const distance = shiftDistance(shift);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1);
      }),
      { examples: [[0], [-0], [1e-9], [Infinity]] },
    );
  });
});

describe("mixDistance", () => {
  it("is half the difference of shares, whatever the weights add up to", () => {
    const before = new Map([
      ["list", 90],
      ["export", 10],
    ]);
    const after = new Map([
      ["list", 5],
      ["export", 4],
      ["import", 1],
    ]);
    // Shares 0.9, 0.1, 0 against 0.5, 0.4, 0.1: (0.4 + 0.3 + 0.1) / 2.
    expect(mixDistance(before, after)).toBeCloseTo(0.4, 12);
  });

  it("is symmetric, in [0, 1], 0 to itself and 0 when one is empty", () => {
    fc.assert(
      fc.property(mixes, mixes, (a, b) => {
        const distance = mixDistance(a, b);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1 + 1e-9);
        expect(mixDistance(b, a)).toBeCloseTo(distance, 9);
        expect(mixDistance(a, a)).toBe(0);
        expect(mixDistance(a, new Map())).toBe(0);
      }),
    );
  });
});
