import {
  CAMPAIGN_FULL_SECONDS,
  EXPORTS_BEGIN_SECONDS,
  STORY_SECONDS,
} from "presage-example-shop/scenario";
import { describe, expect, it } from "vitest";
import { storyStates } from "./harness/story-flow.js";

const START_SECONDS = 1_750_000_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** As configured by default: what moves resources. */
const SCORE_THRESHOLD = 0.5;
const CONFIDENCE_THRESHOLD = 0.8;

interface Alarms {
  readonly seed: number;
  /** Ends of the windows with an alarm, seconds into the story. */
  readonly atSeconds: readonly number[];
  /** The windows in which there could have been one. */
  readonly judged: number;
  readonly highestScore: number;
}

async function alarms(seed: number, exports: boolean, campaign: boolean): Promise<Alarms> {
  const states = await storyStates({ seed, startSeconds: START_SECONDS, exports, campaign });
  const atSeconds: number[] = [];
  let judged = 0;
  let highestScore = 0;
  for (const { timeSeconds, overall } of states) {
    if (overall.drift.status !== "ready") continue;
    const { score, confidence } = overall.drift.value;
    judged += 1;
    highestScore = Math.max(highestScore, score);
    if (score > SCORE_THRESHOLD && confidence > CONFIDENCE_THRESHOLD) {
      atSeconds.push(timeSeconds - START_SECONDS);
    }
  }
  return { seed, atSeconds, judged, highestScore };
}

async function bySeed(exports: boolean, campaign: boolean): Promise<readonly Alarms[]> {
  const all: Alarms[] = [];
  for (const seed of SEEDS) all.push(await alarms(seed, exports, campaign));
  return all;
}

/** Seconds from the first export to the first alarm; undefined when there is none. */
function delaySeconds({ atSeconds }: Alarms): number | undefined {
  const first = atSeconds.find((seconds) => seconds > EXPORTS_BEGIN_SECONDS);
  return first === undefined ? undefined : first - EXPORTS_BEGIN_SECONDS;
}

function tell(title: string, all: readonly Alarms[]): void {
  const delays = all.map(delaySeconds);
  const known = delays.filter((delay) => delay !== undefined).sort((a, b) => a - b);
  const middle = [known[Math.floor((known.length - 1) / 2)], known[Math.floor(known.length / 2)]];
  const median = ((middle[0] ?? NaN) + (middle[1] ?? NaN)) / 2;
  const rows = all.map(
    ({ seed, highestScore, judged }, index) =>
      `  seed ${String(seed).padStart(2)}: ${delays[index] === undefined ? "no alarm" : `after ${delays[index]} s`}; highest score ${highestScore.toFixed(2)} in ${judged} windows`,
  );
  const summary =
    known.length === 0 ? "no alarm" : `median ${median} s, at most ${known.at(-1) ?? NaN} s`;
  // A live agent says so when the window closes: the lateness (10 s) after its end.
  process.stdout.write(
    `${title}: event time from minute 15 to the end of the first window with an alarm\n` +
      `${rows.join("\n")}\n  alarms in ${known.length} of ${all.length} seeds; ${summary}\n`,
  );
}

describe("drift on the demo's scenario, 10 seeds of 30 minutes", () => {
  it("raises no alarm when nothing changes", async () => {
    const all = await bySeed(false, false);
    tell("neither exports nor campaign", all);
    // Thirty windows of warm-up of 180; the rest has to be judged, or no alarm would mean nothing.
    for (const { judged } of all) expect(judged).toBeGreaterThan(STORY_SECONDS / 10 - 50);
    expect(all.filter(({ atSeconds }) => atSeconds.length > 0)).toEqual([]);
  });

  it("raises no alarm when only a campaign comes: more of the same calls is load, not drift", async () => {
    const all = await bySeed(false, true);
    tell("campaign only", all);
    expect(all.filter(({ atSeconds }) => atSeconds.length > 0)).toEqual([]);
  });

  it("detects that analysts export, without the campaign", async () => {
    const all = await bySeed(true, false);
    tell("exports only", all);
    expectDetectedBefore(all, STORY_SECONDS);
  });

  it("detects that analysts export before the load peaks", async () => {
    const all = await bySeed(true, true);
    tell("exports and campaign", all);
    expectDetectedBefore(all, CAMPAIGN_FULL_SECONDS);
  });
});

/** In every seed: no alarm before the exports began, and the first one before `seconds`. */
function expectDetectedBefore(all: readonly Alarms[], seconds: number): void {
  for (const { seed, atSeconds } of all) {
    const [first] = atSeconds;
    expect(first, `seed ${seed}`).toBeDefined();
    expect(first, `seed ${seed}`).toBeGreaterThan(EXPORTS_BEGIN_SECONDS);
    expect(first, `seed ${seed}`).toBeLessThan(seconds);
  }
}
