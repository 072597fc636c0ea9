import { describe, expect, it } from "vitest";
import { FittedPath } from "./fitted-path.js";

describe("FittedPath", () => {
  it("is interpolated between the middles of its steps, and ends with them", () => {
    // Steps of 4 windows after window 99: the middles are at 101.5 and 105.5.
    const path = new FittedPath(99, 4, Float64Array.of(10, 30), 0.5);
    expect(path.forecast(100, 103)).toBe(10);
    expect(path.forecast(104, 107)).toBe(30);
    expect(path.forecast(103, 104)).toBe(20); // half way
    expect(path.forecast(108, 111)).toBeNaN();
  });

  it("makes up for a wrong level step by step, and learns nothing from a gap", () => {
    const path = new FittedPath(99, 1, new Float64Array(10).fill(10), 0.5);
    path.observe(100, 14); // 4 too low: half of it is made up
    expect(path.forecast(105, 105)).toBe(12);
    path.observe(101, NaN);
    expect(path.forecast(105, 105)).toBe(12);
    path.observe(102, 14); // 2 too low by now
    expect(path.forecast(105, 105)).toBe(13);
  });

  it("never says less than 0", () => {
    const path = new FittedPath(99, 1, Float64Array.of(10, 1), 1);
    path.observe(100, 0);
    expect(path.forecast(101, 101)).toBe(0);
  });
});
