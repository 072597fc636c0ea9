import { describe, expect, it } from "vitest";
import { M4_HOURS } from "./m4-series.js";
import { owaOf, scoreSeries } from "./m4-scores.js";

describe("the scores of M4", () => {
  it("are the hand-computed ones", () => {
    // In sample each hour is 2 above the same hour of the day before: the scale is 2.
    const history = Float64Array.from({ length: 72 }, (_, t) => 2 * Math.floor(t / 24));
    const all = (value: number): Float64Array => new Float64Array(M4_HOURS).fill(value);
    const future = all(10);
    future[0] = 2;
    const score = scoreSeries(history, future, { point: all(10), lower: all(6), upper: all(11) });
    // One error of 8: 200 * 8 / 12 over 48 hours; 8 / 48 / 2; width 5, and 40 * (6 - 2) once.
    expect(score.smape).toBeCloseTo(1600 / 12 / 48);
    expect(score.mase).toBeCloseTo(8 / 48 / 2);
    expect(score.msis).toBeCloseTo((5 + 160 / 48) / 2);
    expect(score.coverage).toBeCloseTo(47 / 48);
  });

  it("weighs Naive2's own scores as 1", () => {
    expect(owaOf(18.383, 2.395)).toBeCloseTo(1);
  });
});
