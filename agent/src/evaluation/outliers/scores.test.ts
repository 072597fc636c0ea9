import { describe, expect, it } from "vitest";
import { averagePrecision, rocAuc } from "./scores.js";

describe("rocAuc", () => {
  it("is the share of pairs in the right order", () => {
    // Outliers 4 and 2 against usual 1 and 3: 4>1, 4>3, 2>1 of four pairs.
    expect(rocAuc([1, 2, 3, 4], [false, true, false, true])).toBeCloseTo(3 / 4, 12);
  });

  it("counts a tie as half", () => {
    // Outlier 2 against usual 2 and 1: a half and one, of two pairs.
    expect(rocAuc([2, 2, 1], [true, false, false])).toBeCloseTo(0.75, 12);
    expect(rocAuc([5, 5, 5], [true, false, false])).toBeCloseTo(0.5, 12);
  });

  it("is not a number without outliers", () => {
    expect(rocAuc([1, 2], [false, false])).toBeNaN();
  });
});

describe("averagePrecision", () => {
  it("sums precision where recall is gained", () => {
    // From the top: outlier (1/1), usual, outlier (2/3): half the recall each.
    expect(averagePrecision([1, 2, 3, 4], [false, true, false, true])).toBeCloseTo(
      (1 + 2 / 3) / 2,
      12,
    );
  });

  it("takes ties together", () => {
    // All at one threshold: precision is the share of outliers.
    expect(averagePrecision([1, 1, 1, 1], [true, false, false, false])).toBeCloseTo(1 / 4, 12);
  });

  it("is not a number without outliers", () => {
    expect(averagePrecision([1], [false])).toBeNaN();
  });
});
