import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Json } from "../core/index.js";
import { RecentLoad } from "./recent-load.js";
import type { RateObservation } from "./recent-load.js";

/** Windows of ten seconds; after three silent ones it is an outage. */
function load(): RecentLoad {
  return new RecentLoad(10, 25);
}

function close(
  recent: RecentLoad,
  calls: readonly number[],
  first = 0,
): readonly RateObservation[] {
  return calls.flatMap((count, index) => recent.close((first + index) * 10, count));
}

function ratesOf(observations: readonly RateObservation[]): (number | undefined)[] {
  return observations.map(({ callsPerSecond }) => callsPerSecond);
}

describe("RecentLoad", () => {
  it("is the mean of the last three windows", () => {
    const recent = load();
    expect(recent.callsPerSecond).toBeUndefined();
    close(recent, [10, 20, 30, 70]);
    expect(recent.callsPerSecond).toBeCloseTo((2 + 3 + 7) / 3, 12);
  });

  it("a silence that ends soon was a lack of calls: zeros, once that is known", () => {
    const recent = load();
    expect(ratesOf(close(recent, [10, 0, 0]))).toEqual([1]);
    const observations = recent.close(30, 20);
    expect(observations).toEqual([
      { startSeconds: 10, callsPerSecond: 0 },
      { startSeconds: 20, callsPerSecond: 0 },
      { startSeconds: 30, callsPerSecond: 2 },
    ]);
    expect(recent.inOutage).toBe(false);
  });

  // Regression: a silence counted as 0 calls a second until it was an outage, and replicas were lowered.
  it("the load is that of the known windows while a silence may be either", () => {
    const recent = load();
    close(recent, [10, 20, 30, 0]);
    expect(recent.callsPerSecond).toBeCloseTo((1 + 2 + 3) / 3, 12);
    expect(recent.unconfirmedSilenceSeconds).toBe(10);
    close(recent, [0], 4);
    expect(recent.unconfirmedSilenceSeconds).toBe(20);
    // The next call makes them zeros.
    close(recent, [60], 5);
    expect(recent.callsPerSecond).toBeCloseTo((0 + 0 + 6) / 3, 12);
    expect(recent.unconfirmedSilenceSeconds).toBe(0);
    // In an outage it is known what the silence is.
    close(recent, [0, 0, 0], 6);
    expect(recent.unconfirmedSilenceSeconds).toBe(0);
  });

  it("a long silence is an outage: gaps, and no load is claimed", () => {
    const recent = load();
    const observations = close(recent, [10, 0, 0, 0, 0]);
    expect(ratesOf(observations)).toEqual([1, undefined, undefined, undefined, undefined]);
    expect(observations.map(({ startSeconds }) => startSeconds)).toEqual([0, 10, 20, 30, 40]);
    expect(recent.inOutage).toBe(true);
    expect(recent.callsPerSecond).toBeUndefined();
  });

  it("the first call ends it, and what was before does not count", () => {
    const recent = load();
    close(recent, [1000, 0, 0, 0]);
    expect(ratesOf(close(recent, [50], 4))).toEqual([5]);
    expect(recent.inOutage).toBe(false);
    expect(recent.callsPerSecond).toBe(5);
  });

  it("answers each window once, in order, and only silent ones as zeros or gaps", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 5, 20), { maxLength: 60 }), (calls) => {
        const observations = close(load(), calls);
        const starts = observations.map(({ startSeconds }) => startSeconds);
        expect(starts).toEqual(starts.map((_, index) => index * 10));
        // What is not answered yet is a silence that may still be either.
        const open = calls.slice(observations.length);
        expect(open.every((count) => count === 0)).toBe(true);
        expect(open.length).toBeLessThan(3);
        for (const { startSeconds, callsPerSecond } of observations) {
          const count = calls[startSeconds / 10] ?? NaN;
          if (count > 0) expect(callsPerSecond).toBe(count / 10);
          else expect(callsPerSecond ?? 0).toBe(0);
        }
      }),
    );
  });

  it("restored at any moment, it continues identically", () => {
    const sequence = fc.array(fc.constantFrom(0, 0, 0, 5), { maxLength: 12 });
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        const recent = load();
        close(recent, before);
        const restored = load();
        restored.restore(JSON.parse(JSON.stringify(recent.snapshot())) as Json);
        expect(close(restored, after, before.length)).toEqual(close(recent, after, before.length));
        expect(restored.callsPerSecond).toBe(recent.callsPerSecond);
        expect(restored.inOutage).toBe(recent.inOutage);
        expect(restored.unconfirmedSilenceSeconds).toBe(recent.unconfirmedSilenceSeconds);
      }),
    );
  });

  it.each([[null], [{ silentStarts: [], rates: ["1"] }]])("refuses %o", (snapshot) => {
    expect(() => {
      load().restore(snapshot);
    }).toThrow(TypeError);
  });
});
