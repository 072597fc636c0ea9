import { describe, expect, it } from "vitest";
import { alarmsOf } from "./alarms.js";
import { detectionScores, falseAlarmScores } from "./detection-scores.js";
import type { WindowVerdict } from "./run-scenario.js";

const RULE = { threshold: 0.5, confidenceThreshold: 0.8 };
const WINDOW_SECONDS = 10;

/** A day of windows; those within one of these stretches are in alarm. */
function verdicts(inAlarm: readonly (readonly [from: number, to: number])[]): WindowVerdict[] {
  return Array.from({ length: 8640 }, (_, index) => {
    const endSeconds = WINDOW_SECONDS * (index + 1);
    const isInAlarm = inAlarm.some(([from, to]) => endSeconds >= from && endSeconds <= to);
    return {
      endSeconds,
      score: isInAlarm ? 0.7 : 0.1,
      confidence: isInAlarm ? 0.9 : 0.1,
      largest: {
        segment: "members",
        cause: "call_sequence",
        share: 1,
        severity: 0.4,
        recent: undefined,
        learned: undefined,
      },
    };
  });
}

const alarms = (
  inAlarm: readonly (readonly [from: number, to: number])[],
  changeAt: number,
): ReturnType<typeof alarmsOf> => alarmsOf(verdicts(inAlarm), RULE, WINDOW_SECONDS, changeAt);

describe("alarmsOf", () => {
  it("takes stretches with less than ten minutes between them as one alarm", () => {
    const { alarms: found } = alarms(
      [
        [100, 200],
        [700, 800],
        [2000, 2000],
      ],
      Infinity,
    );
    expect(found.map(({ atSeconds }) => atSeconds)).toEqual([100, 2000]);
  });

  it("needs score and confidence", () => {
    const unsure = verdicts([[100, 200]]).map((verdict) => ({ ...verdict, confidence: 0.8 }));
    expect(alarmsOf(unsure, RULE, WINDOW_SECONDS, Infinity).alarms).toEqual([]);
  });

  it("counts as quiet the time before the change in which there was a score", () => {
    const late = verdicts([]).map((verdict) =>
      verdict.endSeconds <= 1000 ? { ...verdict, score: undefined } : verdict,
    );
    // From 1,000 s to the change at 4,600 s.
    expect(alarmsOf(late, RULE, WINDOW_SECONDS, 4600).quietSeconds).toBe(3600);
  });
});

describe("detectionScores", () => {
  const named = { segment: "members", causes: ["call_sequence"] } as const;

  it("takes delays over all runs, those without an alarm as infinite", () => {
    const runs = [
      alarms([[1600, 1700]], 1000),
      alarms([[4000, 4100]], 1000),
      alarms([], 1000),
      // One that stood when the change came is false, and finds nothing.
      alarms([[900, 1100]], 1000),
    ];
    const scores = detectionScores(runs, 1000, named);
    // 600 s and 3,000 s.
    expect(scores).toEqual({
      within30: 0.25,
      within60: 0.5,
      delayMedian: 3000,
      delayNinthDecile: undefined,
      named: 1,
    });
    expect(falseAlarmScores(runs, 1000)).toMatchObject({ count: 1, days: (4 * 1000) / 86_400 });
  });

  it("says how many alarms name the change", () => {
    const runs = [alarms([[1600, 1700]], 1000)];
    expect(detectionScores(runs, 1000, { ...named, segment: "partners" }).named).toBe(0);
    expect(detectionScores(runs, 1000, { ...named, causes: ["timing"] }).named).toBe(0);
  });
});
