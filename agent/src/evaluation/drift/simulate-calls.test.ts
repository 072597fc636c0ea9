import { describe, expect, it } from "vitest";
import type { WireCall } from "../../ingestion/wire-call.js";
import { CHANGING_ROLE, SCENARIOS } from "./scenarios.js";
import { simulateCalls } from "./simulate-calls.js";

const START_SECONDS = 1_749_945_600;
const DURATION_SECONDS = 7200;

/** Two hours of a scenario, as before or as after its change. */
function calls(name: string, progress: number, seed = 1): WireCall[] {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const slices = simulateCalls({
    roles: scenario.roles,
    startSeconds: START_SECONDS,
    durationSeconds: DURATION_SECONDS,
    momentAt: (seconds) => ({ seconds, progress }),
    seed,
  });
  return [...slices].flat();
}

const byMembers = ({ roles }: WireCall): boolean => roles?.includes(CHANGING_ROLE) === true;

/** Shares of runs of `length` calls of one session, by their operations. */
function runShares(all: readonly WireCall[], length: number): Map<string, number> {
  const sessions = new Map<string, string[]>();
  for (const { sessionId = "", route = "" } of all.filter(byMembers)) {
    sessions.set(sessionId, [...(sessions.get(sessionId) ?? []), route]);
  }
  const counts = new Map<string, number>();
  let total = 0;
  for (const routes of sessions.values()) {
    for (let end = length; end <= routes.length; end += 1) {
      const run = routes.slice(end - length, end).join(" ");
      counts.set(run, (counts.get(run) ?? 0) + 1);
      total += 1;
    }
  }
  return new Map([...counts].map(([run, count]) => [run, count / total]));
}

/** Total variation distance. */
function distance(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return (
    [...keys].reduce((sum, key) => sum + Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0)), 0) / 2
  );
}

/** Mean, deviation and correlation of the logarithms of sizes, less what differs by operation. */
function sizes(all: readonly WireCall[]): { mean: number; deviation: number; correlation: number } {
  const place = new Map([...new Set(all.map(({ route }) => route))].sort().map((r, i) => [r, i]));
  const deviations = all.filter(byMembers).map(({ route, requestBytes = 0, responseBytes = 0 }) => {
    const offset = 0.3 * ((place.get(route) ?? 0) % 8);
    return [
      Math.log(requestBytes) - Math.log(300) - offset,
      Math.log(responseBytes) - Math.log(2000) - offset,
    ] as const;
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const requests = deviations.map(([request]) => request);
  const responses = deviations.map(([, response]) => response);
  const deviation = (values: readonly number[]): number => {
    const center = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  };
  const covariance = mean(deviations.map(([x, y]) => x * y)) - mean(requests) * mean(responses);
  return {
    mean: mean(requests),
    deviation: deviation(requests),
    correlation: covariance / deviation(requests) / deviation(responses),
  };
}

describe("simulateCalls", () => {
  it("gives the same calls for the same seed, in the order of time, within the time", () => {
    const all = calls("no_change", 0);
    expect(calls("no_change", 0)).toEqual(all);
    expect(calls("no_change", 0, 2)).not.toEqual(all);
    const times = all.map(({ timestamp }) => Number(timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(START_SECONDS);
    expect(times.at(-1)).toBeLessThan(START_SECONDS + DURATION_SECONDS);
    // 0.3 sessions of 10 calls a second; the number of calls of a session has a variance of 90, so that of
    // all is 2,160 (90 + 100), and four deviations are 2,563.
    expect(Math.abs(all.length - 3 * DURATION_SECONDS)).toBeLessThan(2563);
  });

  it("changes order alone: the same operations, other pairs", () => {
    const [before, after] = [calls("call_order", 0), calls("call_order", 1)];
    expect(distance(runShares(before, 1), runShares(after, 1))).toBeLessThan(0.05);
    expect(distance(runShares(before, 2), runShares(after, 2))).toBeGreaterThan(0.5);
  });

  it("changes triples alone: the same pairs", () => {
    const [before, after] = [calls("call_order_2", 0), calls("call_order_2", 1)];
    expect(distance(runShares(before, 2), runShares(after, 2))).toBeLessThan(0.05);
    expect(distance(runShares(before, 3), runShares(after, 3))).toBeGreaterThan(0.5);
  });

  it.each([
    {
      name: "payload_spread",
      before: { deviation: 0.3, correlation: 0.5 },
      after: { deviation: 0.6, correlation: 0.5 },
    },
    {
      name: "payload_modes",
      before: { deviation: 0.3, correlation: 0 },
      after: { deviation: 0.3, correlation: 0 },
    },
    {
      name: "payload_link",
      before: { deviation: 0.3, correlation: 0.8 },
      after: { deviation: 0.3, correlation: -0.8 },
    },
  ])("changes sizes, but not their mean: $name", ({ name, before, after }) => {
    for (const [progress, expected] of [
      [0, before],
      [1, after],
    ] as const) {
      const seen = sizes(calls(name, progress));
      expect(seen.mean).toBeCloseTo(0, 1);
      expect(seen.deviation).toBeCloseTo(expected.deviation, 1);
      expect(seen.correlation).toBeCloseTo(expected.correlation, 1);
    }
  });
});
