import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/random.js";
import { DirectVolumeModel, type DirectVolumeOptions } from "./direct-volume-model.js";
import { calendarOf } from "./fixture.js";

const MINUTE_SECONDS = 60;
/** A "day" of two hours keeps tests short. */
const SEASON_MINUTES = 120;

function modelWith(options: Partial<DirectVolumeOptions> = {}): DirectVolumeModel {
  return new DirectVolumeModel({
    windowSeconds: MINUTE_SECONDS,
    windowsPerStep: 1,
    horizonsSeconds: [5 * MINUTE_SECONDS],
    level: 0.9,
    seasonSeconds: SEASON_MINUTES * MINUTE_SECONDS,
    ...options,
  });
}

/** Points 5 minutes ahead by target minute; those of the last `scored` minutes are kept. */
function pointsOf(
  model: DirectVolumeModel,
  loads: readonly (number | undefined)[],
  scored: number,
): Map<number, number> {
  const points = new Map<number, number>();
  for (const [minute, load] of loads.entries()) {
    model.observe(minute * MINUTE_SECONDS, load);
    const forecast = model.forecast();
    if (minute < loads.length - scored || forecast.status !== "ready") continue;
    points.set(minute + 5, forecast.value.points[0]?.point ?? NaN);
  }
  return points;
}

function rootMeanSquare(loads: readonly number[], points: ReadonlyMap<number, number>): number {
  const errors = [...points]
    .filter(([target]) => target < loads.length)
    .map(([target, point]) => (point - (loads[target] ?? NaN)) ** 2);
  return Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / errors.length);
}

function naiveError(loads: readonly number[], scored: number): number {
  const late = new Map<number, number>();
  for (let t = loads.length - scored; t < loads.length; t += 1) late.set(t + 5, loads[t] ?? NaN);
  return rootMeanSquare(loads, late);
}

describe("DirectVolumeModel", () => {
  it("learns a season and averages noise out: far better than naive", () => {
    const random = seededRandom(1);
    const loads = Array.from({ length: 12 * SEASON_MINUTES }, (_, t) =>
      Math.max(0, 20 + 15 * Math.sin((2 * Math.PI * t) / SEASON_MINUTES) + 4 * (random() - 0.5)),
    );
    const error = rootMeanSquare(loads, pointsOf(modelWith(), loads, 500));
    expect(error).toBeLessThan(0.5 * naiveError(loads, 500));
  });

  it("on a random walk is no worse than naive, which nothing beats", () => {
    const random = seededRandom(2);
    let load = 1000;
    const loads = Array.from({ length: 2500 }, () => (load += random() - 0.5));
    const error = rootMeanSquare(loads, pointsOf(modelWith(), loads, 1500));
    expect(error).toBeLessThan(1.03 * naiveError(loads, 1500));
  });

  it("says a constant load goes on", () => {
    const points = pointsOf(
      modelWith(),
      Array.from({ length: 300 }, () => 5),
      100,
    );
    expect(points.size).toBe(100);
    for (const point of points.values()) expect(point).toBeCloseTo(5, 6);
  });

  it("does not take an outage for demand", () => {
    const loads = Array.from({ length: 1500 }, (_, t) => 30 + (t % 2));
    const gappy = loads.map((load, t) => (t > 1000 && t < 1300 ? undefined : load));
    const model = modelWith();
    for (const [minute, load] of gappy.slice(0, 1200).entries()) {
      model.observe(minute * MINUTE_SECONDS, load);
    }
    expect(model.forecast()).toEqual({ status: "failed", reason: "stale_input" });
    for (const point of pointsOf(modelWith(), gappy, 150).values()) {
      expect(Math.abs(point - 30.5)).toBeLessThan(1);
    }
  });

  it("expects from a scheduled event what the earlier ones brought", () => {
    const random = seededRandom(3);
    // Ten minutes of double load at times that no clock tells.
    const begins = [300, 707, 1030, 1451, 1832, 2213];
    const isOn = (minute: number): boolean =>
      begins.some((begin) => minute >= begin && minute < begin + 10);
    const loads = Array.from(
      { length: 2400 },
      (_, t) => (isOn(t) ? 80 : 40) + 4 * (random() - 0.5),
    );
    const events = calendarOf({ sale: (seconds) => isOn(Math.floor(seconds / MINUTE_SECONDS)) });
    const known = pointsOf(modelWith({ events }), loads, 400);
    const unknown = pointsOf(modelWith(), loads, 400);
    // The first minute of the last event, forecast when it had not begun.
    expect(known.get(2213)).toBeGreaterThan(65);
    expect(unknown.get(2213)).toBeLessThan(50);
  });

  it("never looks ahead: another future changes nothing that was said before", () => {
    const random = seededRandom(4);
    const loads = Array.from({ length: 600 }, () => 10 * random());
    const other = loads.map((load, t) => (t < 500 ? load : 1000));
    const said = pointsOf(modelWith(), loads, 600);
    const saidOther = pointsOf(modelWith(), other, 600);
    for (let target = 0; target < 505; target += 1) {
      expect(saidOther.get(target)).toBe(said.get(target));
    }
  });

  it("stays finite whatever comes", () => {
    const load = fc.oneof(
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      fc.constant(0),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(fc.array(load, { minLength: 100, maxLength: 300 }), (loads) => {
        const model = modelWith();
        for (const [minute, value] of loads.entries()) {
          model.observe(minute * MINUTE_SECONDS, value);
          const forecast = model.forecast();
          if (forecast.status !== "ready") continue;
          for (const { lower, point, upper } of forecast.value.points) {
            expect(Number.isFinite(upper)).toBe(true);
            expect(lower <= point && point <= upper).toBe(true);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
