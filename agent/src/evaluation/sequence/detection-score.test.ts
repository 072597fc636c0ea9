import { describe, expect, it } from "vitest";
import { scoreDetection } from "./detection-score.js";

function alarms(count: number, of: number): boolean[] {
  return Array.from({ length: of }, (_, index) => index < count);
}

describe("scoreDetection", () => {
  it("counts rates as given, and precision as rare as anomalies really are", () => {
    const score = scoreDetection(alarms(1, 100), alarms(9, 10));
    expect(score.tpr).toBe(0.9);
    expect(score.fpr).toBe(0.01);
    // 9 of 10 alarms are right; F1 of .9 and .9.
    expect(score.precision).toBe(0.9);
    expect(score.f1).toBeCloseTo(0.9, 12);
    // 15,154.2 right alarms and 5,526.4 false ones: precision .73277, F1 2 * .73277 * .9 / 1.63277.
    expect(score.f1AtPrevalence).toBeCloseTo(0.80782, 5);
  });

  it("is 1 when all is right, and 0 without an alarm", () => {
    expect(scoreDetection(alarms(0, 5), alarms(5, 5)).f1AtPrevalence).toBe(1);
    const none = scoreDetection(alarms(0, 5), alarms(0, 5));
    expect([none.precision, none.f1, none.f1AtPrevalence]).toEqual([0, 0, 0]);
  });
});
