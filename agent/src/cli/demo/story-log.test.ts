import { describe, expect, it } from "vitest";
import {
  STORY_LOG_OPTIONS,
  STORY_START_SECONDS,
  workloadState,
  type StateOptions,
} from "./story-fixture.js";
import { StoryLog } from "./story-log.js";

/** Each state is seen 12 s after its window ended. */
function observe(log: StoryLog, options: StateOptions): void {
  log.observe(
    workloadState(options),
    STORY_START_SECONDS + options.storySeconds + 12,
    STORY_START_SECONDS,
  );
}

describe("StoryLog", () => {
  it("tells the story of the demo as a timeline", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    for (let at = 10; at <= 900; at += 10) observe(log, { storySeconds: at, targetReplicas: 2 });
    log.exportsBegin(900);
    observe(log, { storySeconds: 910, targetReplicas: 2 });
    observe(log, { storySeconds: 920, analystsScore: 0.7, targetReplicas: 2 });
    observe(log, { storySeconds: 930, analystsScore: 0.9, targetReplicas: 3 });
    log.campaignBegins(1200);
    for (let at = 1210; at <= 1500; at += 10) {
      // Climbs by 0.1 a window up to 1,400 s (29.03), then falls by 1 a window.
      const callsPerSecond = at <= 1400 ? 27.13 + (at - 1210) / 100 : 29 - (at - 1400) / 10;
      observe(log, { storySeconds: at, callsPerSecond, analystsScore: 0.9, targetReplicas: 4 });
    }
    expect(log.milestones).toMatchObject({
      exportsBeganSeconds: 900,
      campaignBeganSeconds: 1200,
      falseAlarms: 0,
      // The window that ended at 920 was seen at 932, that of 930 at 942.
      driftReportedSeconds: 932,
      recommendationRoseSeconds: 942,
      loadPeakSeconds: 1400,
    });
    // Mean of 28.53 .. 29.03, the six windows of the minute.
    expect(log.milestones.peakCallsPerSecond).toBeCloseTo(28.78, 6);
    expect(log.events.map(({ storySeconds, text }) => [storySeconds, text])).toEqual([
      [22, "workload predicted: transfer intensive"],
      [900, "analysts begin to export"],
      [932, "drift reported in analysts: call sequence"],
      [942, "replicas recommended: 2 → 3"],
      [1200, "a campaign begins: shoppers come in"],
      [1222, "replicas recommended: 3 → 4"],
      // The minute up to 1,460 has 28 .. 23: its mean is the first below 90% of 28.78.
      [1472, "the load has peaked at 23:20: 28.8 calls/s over a minute"],
    ]);
  });

  it("counts a report before the exports as a false alarm, not as the report", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    observe(log, { storySeconds: 400, analystsScore: 0.9 });
    observe(log, { storySeconds: 410, analystsScore: 0.9 });
    observe(log, { storySeconds: 420, analystsScore: 0.1 });
    log.exportsBegin(900);
    expect(log.milestones.falseAlarms).toBe(1);
    expect(log.milestones.driftReportedSeconds).toBeUndefined();
    observe(log, { storySeconds: 910, analystsScore: 0.9 });
    expect(log.milestones.driftReportedSeconds).toBe(922);
  });

  it.each([
    ["a score without confidence", { analystsScore: 0.9, confidence: 0.7 }],
    ["a score at the threshold", { analystsScore: 0.5 }],
    ["models that warm up", { warmingUp: true }],
  ])("does not report drift for %s", (_name, options) => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    log.exportsBegin(900);
    observe(log, { storySeconds: 910, ...options });
    expect(log.milestones.driftReportedSeconds).toBeUndefined();
  });

  it("takes each window once, and none from before the story", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    for (const storySeconds of [-10, 0, 10, 10, 20]) observe(log, { storySeconds });
    expect(log.callsPerSecond).toHaveLength(2);
  });

  it("has the load of now as the agent's reasons have it: the mean of the last three windows", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    expect(log.nowCallsPerSecond).toBeUndefined();
    for (const [index, callsPerSecond] of [50, 10, 12, 17].entries()) {
      observe(log, { storySeconds: 10 * (index + 1), callsPerSecond });
    }
    // (10 + 12 + 17) / 3.
    expect(log.nowCallsPerSecond).toBeCloseTo(13, 9);
  });

  it("keeps a gap as a gap, and after an outage knows no load", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    observe(log, { storySeconds: 10, callsPerSecond: 9 });
    for (let at = 20; at <= 80; at += 10)
      observe(log, { storySeconds: at, callsPerSecond: undefined });
    expect(log.callsPerSecond).toEqual([9, ...Array<undefined>(7).fill(undefined)]);
    expect(log.nowCallsPerSecond).toBeUndefined();
  });

  it("has events in order of their time, also one that is told late", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    // Seen at 902 and 912.
    observe(log, { storySeconds: 890, targetReplicas: 2 });
    observe(log, { storySeconds: 900, targetReplicas: 3 });
    log.exportsBegin(905);
    const times = [902, 905, 912];
    expect(log.events.map(({ storySeconds }) => storySeconds)).toEqual(times);
    expect(log.takeUntold().map(({ storySeconds }) => storySeconds)).toEqual(times);
    expect(log.takeUntold()).toEqual([]);
  });

  it("stays bounded, and tells each event once", () => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    for (let window = 1; window <= 1000; window += 1) {
      observe(log, { storySeconds: window * 10, targetReplicas: 2 + (window % 2) });
    }
    expect(log.callsPerSecond).toHaveLength(200);
    expect(log.events).toHaveLength(50);
    expect(log.takeUntold()).toEqual(log.events);
    observe(log, { storySeconds: 10_010, targetReplicas: 7 });
    expect(log.takeUntold()).toEqual(log.events.slice(-1));
  });
});
