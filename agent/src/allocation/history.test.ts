import { describe, expect, it } from "vitest";

import type { Json } from "../core/index.js";
import { historyOf } from "./fixture.js";
import { RecommendationHistory } from "./history.js";

describe("RecommendationHistory", () => {
  const history = historyOf([
    [100, 3],
    [110, 5],
    [120, 4],
  ]);

  it("answers what was recommended at a moment", () => {
    expect(history.last).toBe(4);
    expect(history.at(119)).toBe(5);
    expect(history.at(120)).toBe(4);
    expect(history.at(1e9)).toBe(4);
    // Before there was any: the first.
    expect(history.at(50)).toBe(3);
  });

  it("answers the largest since a moment, of what is known", () => {
    expect(history.largestWantedSince(111)).toBe(4);
    expect(history.largestWantedSince(110)).toBe(5);
    expect(history.largestWantedSince(121)).toBeUndefined();
    expect(history.largestReactiveSince(0)).toBeUndefined();
    expect(historyOf([[1, 2]], 7).largestReactiveSince(0)).toBe(7);
  });

  it("looks at what was wanted, not at what was held", () => {
    const held = new RecommendationHistory(300);
    held.add({ timeSeconds: 100, recommended: 9, wanted: 2, reactive: 1, current: 9 });
    expect(held.largestWantedSince(100)).toBe(2);
    expect(held.last).toBe(9);
  });

  it("knows nothing at first", () => {
    const empty = new RecommendationHistory(300);
    expect(empty.last).toBeUndefined();
    expect(empty.at(5)).toBeUndefined();
  });

  it("keeps as far back as any guard looks, and no more", () => {
    const long = new RecommendationHistory(300);
    for (let second = 0; second < 20_000; second += 1) {
      long.add({ timeSeconds: second, recommended: 1, wanted: 1, reactive: 1, current: 1 });
    }
    // 6,000 s for the slowest rate, the first and the last second included.
    expect(long.snapshot()).toHaveLength(6001);
  });

  it("restored, it answers the same", () => {
    const restored = new RecommendationHistory(300);
    restored.restore(JSON.parse(JSON.stringify(history.snapshot())) as Json);
    for (const second of [90, 100, 115, 130]) {
      expect(restored.at(second)).toBe(history.at(second));
      expect(restored.largestWantedSince(second)).toBe(history.largestWantedSince(second));
    }
    expect(restored.snapshot()).toEqual(history.snapshot());
  });

  it.each([[null], [[1]], [[["now", 1, 1, 1, 1]]], [[[1, 1, 1, 1]]]])("refuses %o", (snapshot) => {
    expect(() => {
      new RecommendationHistory(300).restore(snapshot);
    }).toThrow(TypeError);
  });
});
