import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demandOf } from "./demand-fixture.js";
import { ExpectedUse } from "./expected-use.js";

/** Calls a second that fill a replica. */
const PER_REPLICA = 10;
const NODES = 4;
const STEPS = 13;

/** Any distributions of the next 13 steps, up to ten replicas of ten calls a second. */
const loads = fc.array(
  fc
    .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: NODES, maxLength: NODES })
    .map((nodes) => nodes.sort((a, b) => a - b)),
  { minLength: STEPS, maxLength: STEPS },
);

describe("expected use", () => {
  it("is as computed by hand", () => {
    const use = new ExpectedUse(100);
    // Half of the time 15 calls a second, half of the time 30: 1.5 or 3 replicas. A step later 5 for certain.
    use.take(
      demandOf([
        [15, 30],
        [5, 5],
      ]),
      PER_REPLICA,
    );
    expect(use.ranks).toBe(3);
    expect(use.sum(1, 1)).toBe(1);
    expect(use.sum(2, 1)).toBe(0.5 * 0.5 + 0.5 * 1);
    expect(use.sum(3, 1)).toBe(0.5);
    expect(use.sum(4, 1)).toBe(0);
    expect(use.sum(1, 2)).toBe(1.5);
    expect(use.sum(2, 2)).toBe(0.75);
    // Two steps beyond the last, which is of half a replica's use.
    expect(use.sum(1, 4)).toBe(2.5);
    expect(use.sum(3, 0)).toBe(0);
  });

  it("is the mean of clip(load - rank + 1, 0, 1), for any distribution and after any other", () => {
    fc.assert(
      fc.property(loads, loads, fc.integer({ min: 1, max: 12 }), (before, given, rank) => {
        const use = new ExpectedUse(1000);
        use.take(demandOf(before), PER_REPLICA);
        use.take(demandOf(given), PER_REPLICA);
        let sum = 0;
        for (const [step, nodes] of given.entries()) {
          const uses = nodes.map((rate) => Math.min(1, Math.max(0, rate / PER_REPLICA - rank + 1)));
          sum += uses.reduce((total, value) => total + value, 0) / nodes.length;
          expect(use.sum(rank, step + 1)).toBeCloseTo(sum, 9);
        }
      }),
    );
  });

  it("is none above the largest rank", () => {
    const use = new ExpectedUse(2);
    use.take(demandOf([[50, 50]]), PER_REPLICA);
    expect(use.ranks).toBe(2);
    expect(use.sum(2, 1)).toBe(1);
    expect(use.sum(3, 1)).toBe(0);
  });
});
