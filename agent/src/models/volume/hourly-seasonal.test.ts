import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forecastHourly } from "./hourly-seasonal.js";

function shape(t: number): number {
  const isWeekend = Math.floor(t / 24) % 7 >= 5;
  return (isWeekend ? 50 : 100) * (1.5 + Math.sin((2 * Math.PI * t) / 24));
}

/** Mean absolute error of the forecast over that of "as yesterday"; 48 hours from `start` on. */
function errorOverYesterday(history: Float64Array, start: number): number {
  const forecast = forecastHourly(history, 48);
  if (forecast.status !== "ready") throw new Error(forecast.reason);
  let own = 0;
  let yesterday = 0;
  forecast.value.point.forEach((point, h) => {
    own += Math.abs(point - shape(start + h));
    yesterday += Math.abs(shape(start - 24 + (h % 24)) - shape(start + h));
  });
  return own / yesterday;
}

describe("forecastHourly", () => {
  it.each([
    // Day 33 is a Saturday: "as yesterday" is wrong by half.
    ["that knows weekends", 0.25, Float64Array.from({ length: 33 * 24 }, (_, t) => shape(t))],
    [
      "with gaps",
      0.5,
      Float64Array.from({ length: 33 * 24 }, (_, t) => (t % 100 < 5 ? NaN : shape(t))),
    ],
  ])("expects the weekend from a history %s", (_name, most, history) => {
    expect(errorOverYesterday(history, history.length)).toBeLessThan(most);
  });

  it("says the same of the same history, and leaves it as it was", () => {
    const history = Float64Array.from({ length: 400 }, (_, t) => (t % 50 === 0 ? NaN : shape(t)));
    const before = history.slice();
    expect(forecastHourly(history, 48)).toEqual(forecastHourly(before.slice(), 48));
    expect(history).toEqual(before);
  });

  it("is content with four days", () => {
    const history = Float64Array.from({ length: 100 }, (_, t) => shape(t));
    const forecast = forecastHourly(history, 2);
    if (forecast.status !== "ready") throw new Error(forecast.reason);
    // The hours after four weekdays: a fifth.
    forecast.value.point.forEach((point, h) => {
      expect(Math.abs(point / shape(100 + h) - 1)).toBeLessThan(0.05);
    });
  });

  it.each([
    ["empty", [], { status: "warming_up", reason: "too_few_windows" }],
    ["one point", [5], { status: "warming_up", reason: "too_few_windows" }],
    [
      "unknown",
      new Array<number>(500).fill(NaN),
      { status: "warming_up", reason: "too_few_windows" },
    ],
    // Regression: an interval that is not a number.
    [
      "next to nothing",
      [...new Array<number>(99).fill(0), 7.8e-305],
      { status: "warming_up", reason: "no_calls_yet" },
    ],
    ["all zeros", new Array<number>(500).fill(0), { status: "warming_up", reason: "no_calls_yet" }],
    [
      "infinite",
      [...new Array<number>(500).fill(1), Infinity],
      { status: "failed", reason: "non_finite_input" },
    ],
    [
      "negative",
      [...new Array<number>(500).fill(1), -1],
      { status: "failed", reason: "non_finite_input" },
    ],
  ])("says why it can't: %s", (_name, values, expected) => {
    expect(forecastHourly(Float64Array.from(values), 48)).toEqual(expected);
  });

  it("says finite, ordered numbers or a reason, whatever comes", () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(NaN) },
      { weight: 1, arbitrary: fc.constant(0) },
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 90, maxLength: 400 }), (values) => {
        const forecast = forecastHourly(Float64Array.from(values), 30);
        if (forecast.status !== "ready") return;
        const { point, lower, upper } = forecast.value;
        point.forEach((middle, h) => {
          expect(Number.isFinite(middle)).toBe(true);
          expect((lower[h] ?? NaN) <= middle && middle <= (upper[h] ?? NaN)).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });
});
