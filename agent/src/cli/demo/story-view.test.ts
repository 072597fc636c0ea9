import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STORY_LOG_OPTIONS, STORY_START_SECONDS, workloadState } from "./story-fixture.js";
import { StoryLog } from "./story-log.js";
import { phaseInWords, renderPlainLine, renderStory, type StoryFrame } from "./story-view.js";

const ESCAPE = "\u001b";

function frame(options: { warmingUp?: boolean; windows?: number } = {}): StoryFrame {
  const log = new StoryLog(STORY_LOG_OPTIONS);
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
    startSeconds: STORY_START_SECONDS,
    storySeconds: windows * 10,
    storyLengthSeconds: 1800,
    rate: 13,
    state: windows === 0 ? undefined : state(windows * 10),
    log,
    addresses: ["agent 127.0.0.1:9470", "shop 127.0.0.1:36907", "Prometheus 127.0.0.1:9090"],
  };
}

const PLAIN_80 = { columns: 80, rows: 23, color: false };

describe("renderStory", () => {
  it("shows on 80x24 all that matters", () => {
    const screen = renderStory(frame(), PLAIN_80);
    const text = screen.join("\n");
    for (const wanted of [
      "30 min told in 138 s (13x)",
      "16:40  analysts have begun to export",
      "10.0 calls/s now",
      "+1m 12.3 (9.9–15.5)",
      "+5m 12.3 (9.9–15.5)",
      "0.93  confidence 0.99",
      "transfer intensive 0.80  (normal 0.10, compute 0.05, memory 0.05)",
      "2 → 4 replicas (2 to 6)",
      "memory 256 MiB → 307 MiB",
      "branch     drift: callers behave otherwise than learned, so room is added",
      "adds up    2 now  +1.6 drift  +0.8 no scale in on prediction  −0.4 load  = 4",
      // The most useful reasons, whole, in their own order, without what stands above them.
      "because    Behavior has drifted since 15:02.",
      "10 calls/s now; in 1 min 12.3 (between 9.87 and 15.5), by ets.",
      "Limited by no_scale_in_on_prediction: not down on a prediction alone:",
      "           the recent load still needed them.",
      "15:10  drift reported in analysts: call sequence",
      "agent 127.0.0.1:9470",
    ]) {
      expect(text).toContain(wanted);
    }
    expect(text).not.toContain(ESCAPE);
    expect(text).not.toContain("UTC");
    expect(text).not.toContain("…");
    expect(screen).toHaveLength(23);
  });

  it("shows on 140x40 every reason", () => {
    const shown = frame();
    const text = renderStory(shown, { columns: 140, rows: 39, color: false }).join("\n");
    for (const reason of shown.state?.decision?.reasons ?? []) {
      expect(text).toContain(reason.startsWith("Behavior") ? "drifted since 15:02." : reason);
    }
  });

  it("breaks no word at 80 and 100 columns", () => {
    const shown = frame();
    const words = new Set(
      renderStory(shown, { columns: 200, rows: 60, color: false }).flatMap((line) =>
        line.split(" "),
      ),
    );
    for (const columns of [80, 100]) {
      // Bars and sparklines are as long as there is room.
      const narrow = renderStory(shown, { columns, rows: 60, color: false })
        .flatMap((line) => line.split(" "))
        .filter((word) => !/^[█░▁▂▃▄▅▆▇·]+$/.test(word));
      expect(narrow.filter((word) => !words.has(word))).toEqual([]);
    }
  });

  it("says that it starts, before the story does", () => {
    const [, phase] = renderStory({ ...frame({ windows: 0 }), storySeconds: -6.4 }, PLAIN_80);
    expect(phase?.trimEnd()).toMatch(/^starting {2}░+$/);
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
      "16:40 | 10.0 calls/s now | forecast +1m 12.3 (9.9–15.5) | drift all 0.20, analysts 0.93 | replicas 2 → 4 (drift)",
    );
  });

  it("names the reason of what is missing, once", () => {
    expect(renderPlainLine(frame({ warmingUp: true }))).toBe(
      "16:40 | 10.0 calls/s now | warming up: too few windows (forecast, drift)",
    );
  });
});

describe("renderPlainLine, when one segment is new", () => {
  it("names the segment", () => {
    const known = frame();
    if (known.state === undefined) throw new Error("the frame has a state");
    const [analysts] = known.state.segments;
    if (analysts === undefined) throw new Error("the state has a segment");
    const partners = {
      ...analysts,
      segment: "partners",
      drift: { status: "warming_up", reason: "too_few_calls" } as const,
    };
    const state = { ...known.state, segments: [analysts, partners] };
    expect(renderPlainLine({ ...known, state })).toMatch(
      / \| drift all 0\.20, analysts 0\.93 \| .* \| warming up: too few calls \(drift of partners\)$/,
    );
  });
});

describe("phaseInWords", () => {
  it.each([
    [-6.4, "starting"],
    [100, "a normal day: the agent learns"],
    [1800, "the story is over; business as usual"],
  ])("after %i s", (storySeconds, words) => {
    const log = new StoryLog(STORY_LOG_OPTIONS);
    expect(phaseInWords({ storySeconds, storyLengthSeconds: 1800, log })).toBe(words);
  });
});
