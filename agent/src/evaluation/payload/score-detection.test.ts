import { describe, expect, it } from "vitest";
import { scoreDetection, thresholdAt } from "./score-detection.js";

describe("thresholdAt", () => {
  it("is the smallest score that the share does not exceed", () => {
    // Of ten scores 1..10, nine are at most 9.
    const scores = [3, 1, 2, 10, 9, 8, 7, 6, 5, 4];
    expect(thresholdAt(scores, 0.9)).toBe(9);
    expect(thresholdAt(scores, 0.95)).toBe(10);
    expect(thresholdAt([], 0.9)).toBeNaN();
  });
});

describe("scoreDetection", () => {
  it("counts alarms above the threshold", () => {
    // Above 5: one of four normal ones (novel, one of two novel), two of three anomalous ones.
    const detection = scoreDetection([1, 2, 5, 7], [false, true, false, true], [4, 8, 9], 5);
    expect(detection.fpr).toBe(1 / 4);
    expect(detection.fprNovel).toBe(1 / 2);
    expect(detection.tpr).toBe(2 / 3);
    // Precision 2/3, recall 2/3.
    expect(detection.f1).toBeCloseTo(2 / 3, 12);
    // 4 is above two of the four normal ones, 8 and 9 above all: 10 of 12 pairs.
    expect(detection.auroc).toBeCloseTo(10 / 12, 12);
  });
});
