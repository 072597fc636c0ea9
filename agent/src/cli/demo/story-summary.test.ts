import { describe, expect, it } from "vitest";
import type { Milestones } from "./story-log.js";
import { judge } from "./story-summary.js";

const IN_TIME: Milestones = {
  exportsBeganSeconds: 900,
  campaignBeganSeconds: 1200,
  driftReportedSeconds: 972,
  falseAlarms: 0,
  recommendationRoseSeconds: 990,
  loadPeakSeconds: 1490,
  peakCallsPerSecond: 24.34,
};
const CALLS = { sent: 20_000, failed: 3, accepted: 19_995, ended: true };

describe("judge", () => {
  it("sums up a story in which drift came first", () => {
    const { inTime, lines } = judge(IN_TIME, CALLS);
    expect(inTime).toBe(true);
    expect(lines).toEqual([
      "exports began         15:00",
      "drift first reported  16:12, 1 min 12 s after the exports began",
      "campaign began        20:00",
      "recommendation rose   16:30, 8 min 20 s before the peak",
      "load peaked           24:50, 24.3 calls/s over the minute before",
      // 1,490 - 972 = 518 s.
      "lead time             8 min 38 s from the report of drift to the peak",
      "false alarms          0",
      // 20,000 - 3 - 19,995.
      "calls                 20000 sent, 19995 accepted by the agent, 2 lost, 3 without an answer",
    ]);
  });

  it.each([
    ["was never reported", { driftReportedSeconds: undefined }],
    ["was reported at the peak", { driftReportedSeconds: 1490 }],
    ["was reported after the peak", { driftReportedSeconds: 1500 }],
    ["came before a peak that nobody saw", { loadPeakSeconds: undefined }],
  ])("fails when drift %s", (_name, change) => {
    const { inTime, lines } = judge({ ...IN_TIME, ...change }, CALLS);
    expect(inTime).toBe(false);
    expect(lines.at(-1)).toBe(
      "Drift was NOT reported before the load peaked: the demo has failed.",
    );
  });

  it("calls none lost while the load goes on", () => {
    const { lines } = judge(IN_TIME, { ...CALLS, ended: false });
    expect(lines.at(-1)).toBe(
      "calls                 20000 sent so far, 19995 accepted by the agent, 2 on the way, 3 without an answer",
    );
  });

  it("counts none twice when more were accepted than the load had told of", () => {
    const { lines } = judge(IN_TIME, { ...CALLS, accepted: 20_010, ended: false });
    expect(lines.at(-1)).toContain("20010 accepted by the agent, 0 on the way");
  });

  it("does not make up how many calls were accepted", () => {
    const { lines } = judge(IN_TIME, { ...CALLS, accepted: undefined });
    expect(lines.at(-1)).toBe(
      "calls                 20000 sent, acceptance unknown, 3 without an answer",
    );
  });
});
