import { describe, expect, it } from "vitest";
import { seededRandom, SnapshotReader, type Random } from "../../core/index.js";
import { SeasonFinder } from "./season-finder.js";

const STEP = 300;
const DAY = 86_400;
/** A Thursday, in UTC: weeks of the finder begin then. */
const START = 2800 * 7 * DAY;

function find(days: number, load: (time: number, random: Random) => number, seed = 1) {
  const finder = new SeasonFinder(STEP);
  const random = seededRandom(seed);
  for (let time = START; time < START + days * DAY; time += STEP) {
    finder.observe(time, load(time, random));
  }
  return Object.fromEntries(finder.strengths().map(({ season, strength }) => [season, strength]));
}

const noise = (random: Random): number => 1 + 0.2 * (random() - 0.5);
const day = (time: number): number => 1.2 + Math.sin((2 * Math.PI * time) / DAY);
const isWeekend = (time: number): boolean => Math.floor(time / DAY) % 7 >= 5;

describe("SeasonFinder", () => {
  it.each<[string, string[], (time: number, random: Random) => number]>([
    ["a day alone", ["day"], (time, random) => 100 * day(time) * noise(random)],
    [
      "days and weeks",
      ["day", "week"],
      (time, random) => 100 * day(time) * (isWeekend(time) ? 0.4 : 1) * noise(random),
    ],
    ["nothing but noise", [], (_time, random) => 100 * noise(random)],
    [
      "an hourly batch",
      ["hour"],
      (time, random) => (time % 3600 < 600 ? 500 : 100) * noise(random),
    ],
    ["half days", ["half_day"], (time, random) => 100 * day(2 * time) * noise(random)],
    ["nothing but a constant", [], () => 5],
    ["nothing at all", [], () => 0],
  ])("finds in %s: %j", (_name, expected, load) => {
    const strengths = find(43, load);
    expect(Object.keys(strengths)).toEqual(["hour", "half_day", "day", "week"]);
    const found = Object.entries(strengths).filter(([, strength]) => strength > 0);
    expect(found.map(([season]) => season)).toEqual(expected);
    // Measured: .82 at least, and 1.00 for those that are alone.
    for (const [, strength] of found) expect(strength).toBeGreaterThan(0.7);
  });

  // Measured over 20 seeds on 35 days of minutes, at 4,080 times each: none at all.
  it.each([1, 0.999, 0.99])("gives no season to a walk that keeps %d of where it is", (kept) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      let level = 0;
      const strengths = find(
        43,
        (_time, random) => {
          level = kept * level + random() + random() + random() - 1.5;
          return 100 * Math.exp(0.02 * level);
        },
        seed,
      );
      expect(Object.values(strengths)).toEqual([0, 0, 0, 0]);
    }
  });

  it("says nothing of a period that it has not seen five times", () => {
    expect(Object.keys(find(4, (time) => day(time)))).toEqual(["hour", "half_day"]);
    expect(Object.keys(find(6, (time) => day(time)))).toEqual(["hour", "half_day", "day"]);
  });

  it("forgets a season that has ended", () => {
    const load = (time: number): number => (time < START + 20 * DAY ? day(time) : 1);
    expect(find(20, load)["day"]).toBeGreaterThan(0.7);
    // After a constant week the deviations are 0, and so is what knowing of them saves.
    expect(find(80, load)["day"]).toBe(0);
  });

  it("continues identically after restore(snapshot()), through gaps", () => {
    const finder = new SeasonFinder(STEP);
    const random = seededRandom(3);
    const observe = (one: SeasonFinder, from: number, to: number): void => {
      for (let time = from; time < to; time += STEP) {
        if (time % (3 * DAY) < DAY / 20) continue;
        one.observe(time, time % 7200 === 0 ? undefined : day(time));
      }
    };
    observe(finder, START, START + Math.floor(8 * random()) * DAY + 5000);
    const restored = new SeasonFinder(STEP);
    const text = JSON.stringify(finder.snapshot());
    restored.restore(
      new SnapshotReader(JSON.parse(text) as ReturnType<SeasonFinder["snapshot"]>, "x"),
    );
    for (const one of [finder, restored]) observe(one, START + 9 * DAY, START + 30 * DAY);
    expect(restored.snapshot()).toEqual(finder.snapshot());
    expect(restored.strengths()).toEqual(finder.strengths());
  });
});
