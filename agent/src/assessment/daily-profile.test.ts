import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Json } from "../core/index.js";
import { SnapshotReader } from "../core/index.js";
import { DailyProfile } from "./daily-profile.js";

const DAY_SECONDS = 86_400;
const HALF_HOUR_SECONDS = 1800;
const WINDOW_SECONDS = 60;

/** Learns `value(seconds)` for days on end, from `from` on. */
function learn(
  profile: DailyProfile,
  from: number,
  days: number,
  value: (seconds: number) => number,
): void {
  const end = from + days * DAY_SECONDS;
  for (let seconds = from; seconds < end; seconds += WINDOW_SECONDS) {
    profile.learn(seconds, value(seconds));
  }
}

const rhythm = (seconds: number): number => Math.cos((2 * Math.PI * seconds) / DAY_SECONDS);

describe("DailyProfile", () => {
  it("says nothing of a time of day that no visit is over of", () => {
    const profile = new DailyProfile();
    for (let seconds = 0; seconds < 1.5 * HALF_HOUR_SECONDS; seconds += WINDOW_SECONDS) {
      expect(profile.at(seconds)).toBeUndefined();
      profile.learn(seconds, 1);
    }
    expect(profile.at(DAY_SECONDS + HALF_HOUR_SECONDS / 2)).toBeUndefined();
  });

  it("tells a rhythm of the day from one day, without steps", () => {
    const profile = new DailyProfile();
    learn(profile, 0, 1.05, rhythm);
    let previous = profile.at(0) ?? NaN;
    for (let seconds = 0; seconds < DAY_SECONDS; seconds += WINDOW_SECONDS) {
      const usual = profile.at(seconds) ?? NaN;
      // A mean over half an hour, interpolated: off by about (pi / 48)^2 / 6 + (pi / 48)^2 / 2 = .003.
      expect(Math.abs(usual - rhythm(seconds + WINDOW_SECONDS / 2))).toBeLessThan(0.01);
      // The steepest slope is 2 pi a day.
      expect(Math.abs(usual - previous)).toBeLessThan((1.1 * 2 * Math.PI * 60) / DAY_SECONDS);
      previous = usual;
    }
  });

  it("forgets another rhythm within days", () => {
    const profile = new DailyProfile();
    learn(profile, 0, 20, () => 5);
    learn(profile, 20 * DAY_SECONDS, 5, () => 1);
    // Five visits of a weight of a third each: 1 + 4 (2/3)^5 = 1.53.
    expect(profile.at(43_200)).toBeCloseTo(1.53, 2);
  });

  it("a visit of a few windows tells nothing", () => {
    const profile = new DailyProfile();
    for (let day = 0; day < 3; day += 1) {
      for (let window = 0; window < 48 * 9; window += 1) {
        profile.learn(day * DAY_SECONDS + window * 200, 1);
      }
    }
    expect(profile.at(43_200)).toBeUndefined();
  });

  it("what it says lies among what it learned, and it continues identically when restored", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 3e9 }),
        (values, from) => {
          const profile = new DailyProfile();
          const value = (seconds: number): number =>
            values[Math.floor(seconds / 1000) % values.length] ?? 0;
          learn(profile, from, 1.2, value);
          const restored = new DailyProfile();
          // As a checkpoint keeps it.
          const saved = JSON.parse(JSON.stringify(profile.snapshot())) as Json;
          restored.restore(new SnapshotReader(saved, "profile"));
          learn(profile, from + 1.2 * DAY_SECONDS, 0.5, value);
          learn(restored, from + 1.2 * DAY_SECONDS, 0.5, value);
          for (let seconds = 0; seconds < DAY_SECONDS; seconds += 700) {
            const usual = profile.at(seconds) ?? NaN;
            expect(usual).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
            expect(usual).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
            expect(restored.at(seconds)).toBe(usual);
          }
          expect(restored.snapshot()).toEqual(profile.snapshot());
        },
      ),
      { numRuns: 10 },
    );
  });
});
