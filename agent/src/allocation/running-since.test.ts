import { describe, expect, it } from "vitest";

import { AskedReplicas } from "./asked-replicas.js";
import { runningSince } from "./running-since.js";

const SIGHTINGS = [
  { timeSeconds: 100, current: 2 },
  { timeSeconds: 200, current: 5 },
  { timeSeconds: 250, current: 3 },
  { timeSeconds: 300, current: 5 },
];

describe("runningSince", () => {
  it.each([
    ["at least so many", 3, 0, 200],
    ["as far as it is known", 2, 0, 100],
    ["from now on when there were never so many", 9, 100, 400],
    ["after the last break", 5, 49, 300],
    ["across a break that is short enough", 5, 50, 200],
  ])("%s", (_name, replicas, breakSeconds, expected) => {
    expect(runningSince(SIGHTINGS, replicas, 400, breakSeconds)).toBe(expected);
  });
});

describe("AskedReplicas", () => {
  it("takes the largest of a moment", () => {
    const asked = new AskedReplicas();
    for (const replicas of [8, 30, 4]) asked.tell(1000, replicas);
    expect(asked.since(30, 1010, 0)).toBe(1000);
    expect(asked.since(31, 1010, 0)).toBe(1010);
  });

  it("forgets who has not asked for long", () => {
    const asked = new AskedReplicas();
    asked.tell(1000, 8);
    asked.tell(7001, 8);
    expect(asked.since(8, 7001, 300)).toBe(7001);
  });
});
