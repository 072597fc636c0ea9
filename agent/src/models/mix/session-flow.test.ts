import { describe, expect, it } from "vitest";
import { SESSION_START } from "../../core/index.js";
import { OperationSlots } from "./operation-slots.js";
import { SessionFlow } from "./session-flow.js";

const WINDOW_SECONDS = 10;
const PAUSE_SECONDS = 100;

/** Sessions call `a`, and after a pause of 100 s on average `b`; then they end. */
function setUp() {
  const slots = new OperationSlots(2, WINDOW_SECONDS);
  slots.learn(
    new Map([
      ["a", { calls: 2 }],
      ["b", { calls: 1 }],
    ]),
  );
  const flow = new SessionFlow(3, WINDOW_SECONDS);
  const learn = (begun: number, wentOn: number): void => {
    const transitions = new Map<string, Map<string, number>>();
    if (begun > 0) transitions.set(SESSION_START, new Map([["a", begun]]));
    if (wentOn > 0) transitions.set("a", new Map([["b", wentOn]]));
    const pause = { count: wentOn, sum: wentOn * PAUSE_SECONDS, sumOfSquares: NaN };
    const pauseSeconds = new Map(wentOn > 0 ? [["a", pause]] : []);
    flow.learn(Float64Array.of(begun, wentOn, 0), { transitions, pauseSeconds }, slots);
  };
  const shares = (seconds: number): number[] => {
    const written = new Float64Array(3);
    flow.writeShares(seconds, written, 0);
    return [...written];
  };
  return { flow, learn, shares };
}

describe("SessionFlow", () => {
  it("a steady flow stays as it is", () => {
    const { learn, shares } = setUp();
    for (let window = 0; window < 2000; window += 1) learn(10, 10);
    for (const seconds of [30, 300, 3000]) {
      const [a, b] = shares(seconds);
      // As many begin as go on. The prior of two calls in 12 h is next to nothing.
      expect(a).toBeCloseTo(0.5, 2);
      expect(b).toBeCloseTo(0.5, 2);
    }
  });

  it("a wave that has begun comes on", () => {
    const { learn, shares } = setUp();
    for (let window = 0; window < 2000; window += 1) learn(10, 10);
    learn(1000, 10);
    // Of the 10 a window before, 100 wait (10 a window, for 10 windows of a mean pause); 950 of the wave
    // join them, so at first about 1,050 / 100 s call b. Arrivals are 1 a second and, with a half-life of
    // 30 windows, 990 / 10 s / 43.8 more: 3.3 in all.
    const soon = shares(1);
    expect(soon[1]).toBeCloseTo(10.5 / (10.5 + 3.3), 1);
    // After several pauses the wave is over, and b follows what arrives: half and half.
    const late = shares(2000);
    expect(late[1]).toBeCloseTo(0.5, 1);
    expect(soon[1]).toBeGreaterThan((late[1] ?? NaN) + 0.2);
  });

  it("nothing is left of what was known of a place that is given away", () => {
    const { flow, learn, shares } = setUp();
    for (let window = 0; window < 2000; window += 1) learn(10, 10);
    flow.clearPlace(1);
    // Only a was ever called, and begins and goes on to itself for all that is known.
    expect(shares(300)).toEqual([1, 0, 0]);
  });

  it("says nothing before the first call", () => {
    expect(setUp().shares(60)).toEqual([NaN, NaN, NaN]);
  });
});
