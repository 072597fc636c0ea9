import { describe, expect, it } from "vitest";
import { SessionCounts } from "./session-counts.js";

describe("SessionCounts", () => {
  it("measures the distance to the nearest session in logarithms of counts", () => {
    const counts = new SessionCounts();
    expect(counts.distance(["a"])).toBeUndefined();
    counts.learn(["a", "b"]);
    counts.learn(["a", "c", "c", "c"]);
    expect(counts.distance(["b", "a"])).toBe(0);
    // One a too many: log 3 - log 2.
    expect(counts.distance(["a", "b", "a"])).toBeCloseTo(Math.log(3 / 2), 12);
    // Nearest is the second: c twice instead of three times.
    expect(counts.distance(["a", "c", "c"])).toBeCloseTo(Math.log(4 / 3), 12);
    expect(counts.distance(["a", "b", "new"])).toBeCloseTo(Math.log(2), 12);
    expect([counts.knows(["a", "c"]), counts.knows(["new"])]).toEqual([true, false]);
  });

  it("learns no more kinds than it may", () => {
    const counts = new SessionCounts(1);
    counts.learn(["a"]);
    counts.learn(["b", "b", "b"]);
    expect(counts.knows(["b"])).toBe(false);
    expect(counts.distance([])).toBeCloseTo(Math.log(2), 12);
  });
});
