import { describe, expect, it } from "vitest";
import { Autoregression } from "./autoregression.js";

describe("Autoregression", () => {
  it("finds the recursion that made the series, and iterates it", () => {
    // x(t) = 1 + .5 x(t-1) + .25 x(t-2), kept moving by a known pulse that the fit skips as unknown.
    const values = Float64Array.from([8, 0]);
    const series = [...values];
    for (let t = 2; t < 40; t += 1) {
      series.push(1 + 0.5 * (series[t - 1] ?? 0) + 0.25 * (series[t - 2] ?? 0));
    }
    const model = new Autoregression(Float64Array.from(series.slice(0, 14)), 14, 2);
    const path = model.path(Float64Array.from(series), 13, 3);
    [...path].forEach((value, step) => {
      expect(value).toBeCloseTo(series[14 + step] ?? NaN, 4);
    });
  });

  it("says the level of a constant series, whatever its unit", () => {
    const path = new Autoregression(new Float64Array(50).fill(4e9), 50, 3).path(
      new Float64Array(50).fill(4e9),
      49,
      2,
    );
    expect([...path]).toEqual([4e9, 4e9]);
  });
});
