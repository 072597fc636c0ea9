import { describe, expect, it } from "vitest";
import {
  campaignFactor,
  EXPORTS_BEGIN_SECONDS,
  scenario,
  type PlannedCall,
  type ScenarioOptions,
} from "./scenario.js";

const START_SECONDS = 1_700_000_000;
const SEEDS = [1, 2, 3, 4, 5];

function story(seed: number, options: Partial<ScenarioOptions> = {}): readonly PlannedCall[] {
  return [
    ...scenario({ seed, startSeconds: START_SECONDS, exports: true, campaign: true, ...options }),
  ];
}

function between(calls: readonly PlannedCall[], from: number, to: number): readonly PlannedCall[] {
  return calls.filter(
    ({ timeSeconds }) => timeSeconds >= START_SECONDS + from && timeSeconds < START_SECONDS + to,
  );
}

describe("scenario", () => {
  it("is the same for the same seed and another for another seed", () => {
    expect(story(7)).toEqual(story(7));
    expect(story(7)).not.toEqual(story(8));
  });

  it.each(SEEDS)("is in time order and inside its half hour, seed %i", (seed) => {
    const calls = story(seed);
    const times = calls.map(({ timeSeconds }) => timeSeconds);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times[0]).toBeGreaterThanOrEqual(START_SECONDS);
    expect(times.at(-1)).toBeLessThan(START_SECONDS + 1800);
  });

  it("does not depend on when it starts", () => {
    const moved = story(3, { startSeconds: START_SECONDS + 1000 });
    expect(moved.map(({ path, userId }) => [path, userId])).toEqual(
      story(3).map(({ path, userId }) => [path, userId]),
    );
  });

  it.each(SEEDS)("has 7 to 12 calls a second before the campaign, seed %i", (seed) => {
    // 0.75 sessions of about 8 calls + 0.08 of 20 + 0.167 of 12 = 9.6 calls a second.
    const perSecond = between(story(seed), 0, 1200).length / 1200;
    expect(perSecond).toBeGreaterThan(7);
    expect(perSecond).toBeLessThan(12);
  });

  it.each(SEEDS)(
    "turns analysts to exports at minute 15 at nearly the same rate, seed %i",
    (seed) => {
      const calls = story(seed);
      const analysts = calls.filter(({ role }) => role === "analysts");
      const exportsBefore = between(analysts, 0, EXPORTS_BEGIN_SECONDS).filter(isExport);
      expect(exportsBefore).toEqual([]);
      const after = between(analysts, EXPORTS_BEGIN_SECONDS + 120, 1800);
      // The stationary share of exports in the exporting habit is about 0.7.
      expect(after.filter(isExport).length / after.length).toBeGreaterThan(0.55);
      const rateBefore = between(analysts, 0, EXPORTS_BEGIN_SECONDS).length / 900;
      const rateAfter = between(analysts, EXPORTS_BEGIN_SECONDS, 1800).length / 900;
      // Sessions of 20 calls vary: about 72 in each quarter of an hour, so 12% and more by chance.
      expect(rateAfter / rateBefore).toBeGreaterThan(0.5);
      expect(rateAfter / rateBefore).toBeLessThan(1.8);
      expect(after.every(({ permissions }) => permissions.includes("exports:read"))).toBe(true);
    },
  );

  it.each(SEEDS)(
    "brings about 3 times the shoppers at the height of the campaign, seed %i",
    (seed) => {
      const shoppers = story(seed).filter(({ role }) => role === "shoppers");
      const usual = between(shoppers, 0, 1200).length / 1200;
      const height = between(shoppers, 24 * 60, 26 * 60).length / 120;
      expect(height / usual).toBeGreaterThan(2.2);
      expect(height / usual).toBeLessThan(3.8);
      const minutes = Array.from(
        { length: 30 },
        (_, minute) => between(shoppers, minute * 60, minute * 60 + 60).length,
      );
      const peak = minutes.indexOf(Math.max(...minutes));
      expect(peak).toBeGreaterThanOrEqual(22);
      expect(peak).toBeLessThanOrEqual(27);
    },
  );

  it("has neither exports nor a campaign when they are off", () => {
    const calls = story(2, { exports: false, campaign: false });
    expect(calls.filter(isExport)).toEqual([]);
    const usual = between(calls, 0, 1200).length / 1200;
    const late = between(calls, 24 * 60, 26 * 60).length / 120;
    expect(late / usual).toBeLessThan(1.5);
  });

  it("goes on with the usual load after the story", () => {
    const hour = story(4, { durationSeconds: 3600 });
    const perSecond = between(hour, 2100, 3600).length / 1500;
    expect(perSecond).toBeGreaterThan(7);
    expect(perSecond).toBeLessThan(12);
  });

  it("asks for orders only after it has placed them", () => {
    const placed = new Set<unknown>();
    // The lead-in places orders that are not told: skip what may refer to them.
    for (const call of between(story(5), 0, 1800)) {
      if (call.operation === "POST /orders") placed.add(call.body?.["reference"]);
    }
    const asked = between(story(5), 120, 1800).filter(
      ({ operation }) => operation === "GET /orders/{id}",
    );
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter(({ path }) => !placed.has(path.slice("/orders/".length)))).toEqual([]);
  });
});

describe("campaignFactor", () => {
  it.each([
    [0, 1],
    [1199, 1],
    // Half-way up: 1 + 2 x 120 / 240.
    [1320, 2],
    [1440, 3],
    [1559, 3],
    // Half-way down: 1 + 2 x 120 / 240.
    [1680, 2],
    [1800, 1],
  ])("after %i s is %d", (storySeconds, factor) => {
    expect(campaignFactor(storySeconds)).toBe(factor);
  });
});

function isExport({ operation }: PlannedCall): boolean {
  return operation === "GET /exports/{id}";
}
