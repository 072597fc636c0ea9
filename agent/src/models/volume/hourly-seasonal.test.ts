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

function hoursOf(count: number, valueAt: (t: number) => number): number[] {
  return Array.from({ length: count }, (_, t) => valueAt(t));
}

/** Finite numbers, in order, or none at all. */
function expectOrdered(values: readonly number[]): void {
  const forecast = forecastHourly(Float64Array.from(values), 30);
  if (forecast.status !== "ready") return;
  const { point, lower, upper } = forecast.value;
  point.forEach((middle, h) => {
    const [least = NaN, most = NaN] = [lower[h], upper[h]];
    expect([least, middle, most].every(Number.isFinite)).toBe(true);
    expect(least >= 0 && least <= middle && middle <= most).toBe(true);
  });
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
    [
      "larger than what can be squared",
      [...new Array<number>(500).fill(1), 1e101],
      { status: "failed", reason: "non_finite_input" },
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
    const anySize = fc.integer({ min: -320, max: 300 }).map((exponent) => 10 ** exponent);
    const histories = [
      value,
      fc.oneof(value, anySize),
      // Mostly nothing, and mostly the same.
      fc.oneof({ weight: 50, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: anySize }),
      fc.oneof({ weight: 50, arbitrary: fc.constant(1e99) }, { weight: 1, arbitrary: anySize }),
      fc.oneof({ weight: 50, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: anySize }),
    ].map((each) => fc.array(each, { minLength: 90, maxLength: 400 }));
    fc.assert(fc.property(fc.oneof(...histories), expectOrdered), { numRuns: 150 });
  });

  it.each([
    ["hours of next to nothing among others", hoursOf(97, (t) => (t % 9 === 0 ? 1.3e-304 : 5))],
    ["the smallest number there is among others", hoursOf(98, (t) => (t % 13 === 0 ? 5e-324 : 5))],
    ["hours some 200 powers of ten apart", hoursOf(100, (t) => (t % 11 === 0 ? 1e-99 : 1e99))],
    [
      "calls in one hour only, when errors are rounding",
      hoursOf(97, (t) => (t === 72 ? 1e-17 : 0)),
    ],
  ])("regression: finite and ordered with %s", (_name, values) => {
    expectOrdered(values);
  });
});
