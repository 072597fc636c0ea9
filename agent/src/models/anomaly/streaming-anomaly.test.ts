import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, type Json } from "../../core/index.js";
import { StreamingAnomaly } from "./streaming-anomaly.js";

const STEP_SECONDS = 300;
const START_SECONDS = 1_700_000_000;
const DAY_SAMPLES = 288;

/** A daily rhythm with some noise, 5 minutes apart. */
function rhythm(seed: number): (at: number) => number {
  const random = seededRandom(seed);
  return (at) => 100 + 50 * Math.sin((2 * Math.PI * at) / DAY_SAMPLES) + 10 * random();
}

/** The samples at which an alarm was raised. */
function alarms(valueAt: (at: number) => number, length: number): number[] {
  const detector = new StreamingAnomaly();
  const found: number[] = [];
  for (let at = 0; at < length; at += 1) {
    const verdict = detector.observe(START_SECONDS + at * STEP_SECONDS, valueAt(at));
    if (verdict.status === "ready" && verdict.value.isAlarm) found.push(at);
  }
  return found;
}

describe("a daily rhythm of three weeks", () => {
  const length = 21 * DAY_SAMPLES;

  it.each([1, 2, 3, 4, 5])("raises at most one alarm a week of its own, seed %i", (seed) => {
    // After the first three days, which nothing is known about.
    const found = alarms(rhythm(seed), length).filter((at) => at > 3 * DAY_SAMPLES);
    expect(found.length).toBeLessThanOrEqual(3);
  });

  it("raises one, soon, when the level doubles for half a day, and is then silent", () => {
    const usual = rhythm(1);
    const begin = 18 * DAY_SAMPLES + 100;
    const end = begin + DAY_SAMPLES / 2;
    const found = alarms((at) => usual(at) * (at >= begin && at < end ? 2 : 1), length);
    const during = found.filter((at) => at >= begin && at < end);
    expect(during).toHaveLength(1);
    // Within an hour.
    expect((during[0] ?? Infinity) - begin).toBeLessThanOrEqual(12);
  });

  it("raises one when the rhythm stops, though the level is a usual one", () => {
    const usual = rhythm(1);
    const begin = 18 * DAY_SAMPLES;
    const found = alarms((at) => (at >= begin ? 150 : usual(at)), begin + DAY_SAMPLES);
    expect(found.some((at) => at >= begin)).toBe(true);
  });
});

it("warms up before it says anything, and learns nothing from what is no number", () => {
  const detector = new StreamingAnomaly();
  expect(detector.observe(1, 5)).toEqual({ status: "warming_up", reason: "too_few_windows" });
  const before = JSON.stringify(detector.snapshot());
  for (const [at, value] of [NaN, Infinity, -Infinity].entries()) {
    expect(detector.observe(2 + at, value)).toEqual({
      status: "failed",
      reason: "non_finite_input",
    });
  }
  expect(JSON.stringify(detector.snapshot())).toBe(before);
});

it.each([1, 0, NaN])("refuses time that does not go on: %d after 1", (time) => {
  const detector = new StreamingAnomaly();
  detector.observe(1, 5);
  expect(() => detector.observe(time, 5)).toThrow(TypeError);
});

it("a constant raises no alarm, and its end does", () => {
  const found = alarms((at) => (at < 1000 ? 3 : 4), 1020);
  expect(found).toHaveLength(1);
  expect(found[0]).toBeGreaterThanOrEqual(1000);
});

it("scores are between 0 and 1, and a restored detector goes on identically", () => {
  const pauses = fc.constantFrom(60, 300, 300, 300, 86_400);
  const values = fc.oneof(
    fc.double({ min: 0, max: 100, noNaN: true }),
    fc.constantFrom(0, 1e300, -1e300, NaN),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pauses, values), { minLength: 1, maxLength: 400 }),
      fc.nat(400),
      (steps, cut) => {
        const detector = new StreamingAnomaly();
        let restored = detector;
        let time = START_SECONDS;
        steps.forEach(([pause, value], at) => {
          if (at === cut) {
            restored = new StreamingAnomaly();
            restored.restore(JSON.parse(JSON.stringify(detector.snapshot())) as Json);
          }
          time += pause;
          const verdict = detector.observe(time, value);
          if (restored !== detector) expect(restored.observe(time, value)).toEqual(verdict);
          if (verdict.status !== "ready") return;
          expect(verdict.value.score).toBeGreaterThanOrEqual(0);
          expect(verdict.value.score).toBeLessThanOrEqual(1);
        });
      },
    ),
    { numRuns: 30 },
  );
});
