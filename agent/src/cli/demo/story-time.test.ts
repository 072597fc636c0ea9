import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationBetween, inStoryTime, storyTime } from "./story-time.js";

describe("storyTime", () => {
  it.each([
    [0, "00:00"],
    [-3.2, "-00:03"],
    [61.9, "01:01"],
    [1450, "24:10"],
    [6000, "100:00"],
  ])("%d is %s", (seconds, text) => {
    expect(storyTime(seconds)).toBe(text);
  });
});

describe("durationBetween", () => {
  it.each([
    // Regression: shown as 15:00 and 16:13, it was told as 1 min 14 s.
    [900, 973.6, "1 min 13 s"],
    // Regression: 59.7 s over a whole minute was told as 60 s.
    [900, 1019.7, "1 min 59 s"],
    [900.9, 960, "1 min 0 s"],
    [900, 959.99, "59 s"],
    [960, 900, "1 min 0 s"],
  ])("from %d to %d is %s", (from, to, words) => {
    expect(durationBetween(from, to)).toBe(words);
  });

  it("is what one gets who subtracts the times shown", () => {
    const moment = fc.double({ min: 0, max: 100_000, noNaN: true });
    const shownSeconds = (seconds: number): number => {
      const [minutes, rest] = storyTime(seconds).split(":").map(Number);
      return (minutes ?? NaN) * 60 + (rest ?? NaN);
    };
    fc.assert(
      fc.property(moment, moment, (from, to) => {
        const told = /^(?:(\d+) min )?(\d+) s$/.exec(durationBetween(from, to));
        const seconds = Number(told?.[2]);
        expect(seconds).toBeLessThan(60);
        expect(Number(told?.[1] ?? 0) * 60 + seconds).toBe(
          Math.abs(shownSeconds(to) - shownSeconds(from)),
        );
      }),
    );
  });
});

describe("inStoryTime", () => {
  /** 2023-11-14 22:13:20 UTC. */
  const START_SECONDS = 1_700_000_000;

  it("tells a time of day in the story's time", () => {
    // 22:28:22 is 15 min 2 s after the start.
    expect(inStoryTime("It has drifted since 22:28:22 UTC (0.9).", START_SECONDS, 960)).toBe(
      "It has drifted since 15:02 (0.9).",
    );
  });

  it("finds the day", () => {
    // The story passes midnight after 1 h 46 min 40 s; a day later 22:28:22 is 1,440 min further on.
    expect(inStoryTime("00:00:00 UTC", START_SECONDS, 7000)).toBe("106:40");
    expect(inStoryTime("22:28:22 UTC", START_SECONDS, 86_400 + 960)).toBe("1455:02");
  });

  it("leaves all else alone", () => {
    const sentence = "analysts: 12:30 is no time of day, nor is 5 min.";
    expect(inStoryTime(sentence, START_SECONDS, 960)).toBe(sentence);
  });
});
