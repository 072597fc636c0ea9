import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STORY_START_SECONDS, workloadState } from "./story-fixture.js";
import { StoryLog } from "./story-log.js";
import {
  phaseInWords,
  renderPlainLine,
  renderStory,
  storyTime,
  type StoryFrame,
} from "./story-view.js";

const ESCAPE = "\u001b";

function frame(options: { warmingUp?: boolean; windows?: number } = {}): StoryFrame {
  const log = new StoryLog({ score: 0.5, confidence: 0.8 });
  const windows = options.windows ?? 100;
  const state = (storySeconds: number) =>
    workloadState({
      storySeconds,
      analystsScore: storySeconds > 900 ? 0.93 : 0.1,
      targetReplicas: storySeconds > 900 ? 4 : 2,
      warmingUp: options.warmingUp ?? false,
    });
  for (let window = 1; window <= windows; window += 1) {
    if (window === 91) log.exportsBegin(900);
    const at = STORY_START_SECONDS + window * 10;
    log.observe(state(window * 10), at, STORY_START_SECONDS);
  }
  return {
    storySeconds: windows * 10,
    storyLengthSeconds: 1800,
    rate: 13,
    state: windows === 0 ? undefined : state(windows * 10),
    log,
    footer: "agent http://127.0.0.1:9470",
  };
}

const PLAIN_80 = { columns: 80, rows: 23, color: false };

describe("renderStory", () => {
  it("shows on 80x24 all that matters", () => {
    const screen = renderStory(frame(), PLAIN_80).join("\n");
    for (const wanted of [
      "30 min told in 138 s (13x)",
      "16:40  analysts have begun to export",
      "10.0 calls/s",
      "+1m 12.3 (9.9–15.5)",
      "+5m 12.3 (9.9–15.5)",
      "0.93  confidence 0.99",
      "transfer intensive 0.80  (normal 0.10, compute 0.05, memory 0.05)",
      "2 → 4 replicas (2 to 6)",
      "memory 256 MiB → 307 MiB",
      '"drift"',
      "+1.6 drift",
      "+0.8 no scale in on prediction  −0.4 load",
      "a very long sentence has to fit all",
      "because    Analysts call in another order",
      "15:10  drift reported in analysts: call sequence",
      "agent http://127.0.0.1:9470",
    ]) {
      expect(screen).toContain(wanted);
    }
    expect(screen).not.toContain(ESCAPE);
  });

  it("never shows a number for what is unknown", () => {
    const screen = renderStory(frame({ warmingUp: true }), PLAIN_80).join("\n");
    expect(screen).toContain("forecast   warming up: too few windows");
    expect(screen).toContain("nothing yet");
    expect(screen).not.toMatch(/confidence|replicas/);
  });

  it("says that it waits before the first window", () => {
    expect(renderStory(frame({ windows: 0 }), PLAIN_80).join("\n")).toContain(
      "Waiting for the first",
    );
  });

  it("fits any terminal", () => {
    const shown = frame();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 80 }),
        (columns, rows) => {
          const lines = renderStory(shown, { columns, rows, color: false });
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it("has the same text with colors as without", () => {
    const colored = renderStory(frame(), { ...PLAIN_80, color: true });
    const stripped = colored.map((line) =>
      line
        .split(ESCAPE)
        .map((part, index) => (index === 0 ? part : part.replace(/^\[[\d;]*m/, "")))
        .join(""),
    );
    expect(stripped).toEqual(renderStory(frame(), PLAIN_80));
    expect(colored.join("")).toContain(`${ESCAPE}[1;31m`);
  });
});

describe("renderPlainLine", () => {
  it("is one line with the same figures", () => {
    expect(renderPlainLine(frame())).toBe(
      "16:40 | 10.0 calls/s | forecast +1m 12.3 (9.9–15.5) | drift all 0.20, analysts 0.93 | replicas 2 → 4 (drift)",
    );
  });

  it("names the reason of what is missing", () => {
    expect(renderPlainLine(frame({ warmingUp: true }))).toBe(
      "16:40 | 10.0 calls/s | forecast warming up: too few windows | drift all warming up: too few windows, analysts warming up: too few windows",
    );
  });
});

describe("phaseInWords", () => {
  it.each([
    [100, "a normal day: the agent learns"],
    [1800, "the story is over; business as usual"],
  ])("after %i s", (storySeconds, words) => {
    const log = new StoryLog({ score: 0.5, confidence: 0.8 });
    expect(phaseInWords({ storySeconds, storyLengthSeconds: 1800, log })).toBe(words);
  });
});

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
