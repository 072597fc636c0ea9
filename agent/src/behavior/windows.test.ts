import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Call, DriftCause, Observation, WindowSummary } from "../core/index.js";
import { ALL_SEGMENTS, DRIFT_CAUSES } from "../core/index.js";
import { callAt, observationAt, WORKLOAD } from "../core/fixture.js";
import { ReorderBuffer } from "./reorder-buffer.js";
import { SegmentNamer } from "./segments.js";
import { sessionKey, SessionTracker } from "./sessions.js";
import { addCall, addDeviation, emptyWindow, mergeWindow } from "./window-summary.js";
import type { ClosedInterval } from "./windows.js";
import { WindowAssembler } from "./windows.js";

const WINDOW_SECONDS = 10;
const LATENESS_SECONDS = 15;

const call = fc
  .record({
    timeSeconds: fc.double({ min: 1_750_000_000, max: 1_750_000_300, noNaN: true }),
    operation: fc.constantFrom("GET /a", "GET /b", "POST /c"),
    instance: fc.constantFrom("one", "two"),
    durationSeconds: fc.option(fc.double({ min: 0, max: 10, noNaN: true }), { nil: undefined }),
    requestBytes: fc.option(fc.nat(), { nil: undefined }),
    responseBytes: fc.option(fc.nat(), { nil: undefined }),
    actor: fc.option(fc.constantFrom("ann", "bob", "cleo"), { nil: undefined }),
    roles: fc.constantFrom([], ["shopper"], ["analyst"]),
  })
  .map(({ timeSeconds, ...fields }) => callAt(timeSeconds, fields));

/** The way of calls in order through sessions, segments and windows, as the pipeline leads them. */
class Flow {
  readonly intervals: ClosedInterval[] = [];
  readonly observations: Observation[] = [];
  readonly #sessions = new SessionTracker({ sessionGapSeconds: 60, maxSessions: 1000 });
  readonly #segments = new SegmentNamer({ segmentPriority: [], maxSegments: 10 });
  readonly #windows = new WindowAssembler(WORKLOAD, WINDOW_SECONDS);

  follow(calls: readonly Call[]): void {
    for (const next of calls) {
      this.#windows.open(next.timeSeconds);
      while (next.timeSeconds >= (this.#windows.endSeconds ?? Infinity)) this.#close();
      const place = this.#sessions.place(next);
      const segment = this.#segments.segmentOf(next);
      const observation = { call: next, segment, sessionKey: sessionKey(next), ...place };
      this.observations.push(observation);
      this.#windows.add(observation);
    }
  }

  finish(): void {
    if (this.#windows.endSeconds !== undefined) this.#close();
  }

  #close(): void {
    this.intervals.push(this.#windows.close());
  }
}

function arriving(calls: readonly Call[], batch: number): Flow {
  const buffer = new ReorderBuffer({
    latenessSeconds: LATENESS_SECONDS,
    maxCalls: 10_000,
    windowSeconds: 10,
  });
  const flow = new Flow();
  for (let next = 0; next < calls.length; next += batch) {
    for (const one of calls.slice(next, next + batch)) expect(buffer.add(one)).toBe(true);
    flow.follow(buffer.release());
  }
  flow.follow(buffer.flush());
  flow.finish();
  return flow;
}

/** Sorted by name, with sums rounded: the order of adding makes a difference in the last digits. */
function comparable(window: WindowSummary): unknown {
  return JSON.parse(
    JSON.stringify(window, (_key, value: unknown) => {
      if (value instanceof Map) {
        return [...(value as Map<string, unknown>)].sort(([a], [b]) => (a < b ? -1 : 1));
      }
      return typeof value === "number" ? Number(value.toPrecision(9)) : value;
    }),
  );
}

describe("calls on their way into windows", () => {
  it("each falls into exactly one, that of its time and segment; the workload's is their merger", () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const flow = new Flow();
        flow.follow([...calls].sort((a, b) => a.timeSeconds - b.timeSeconds));
        flow.finish();
        const total = flow.intervals.reduce((sum, { overall }) => sum + overall.calls, 0);
        expect(total).toBe(calls.length);
        for (const [index, interval] of flow.intervals.entries()) {
          const { startSeconds, endSeconds, overall, segments } = interval;
          expect(startSeconds % WINDOW_SECONDS).toBe(0);
          expect(endSeconds - startSeconds).toBe(WINDOW_SECONDS);
          expect(startSeconds).toBe(flow.intervals[index - 1]?.endSeconds ?? startSeconds);
          const within = flow.observations.filter(
            ({ call: { timeSeconds } }) => timeSeconds >= startSeconds && timeSeconds < endSeconds,
          );
          expect(overall.calls).toBe(within.length);
          expect(overall.segment).toBe(ALL_SEGMENTS);
          for (const { segment, calls: count } of segments) {
            expect(count).toBe(within.filter((one) => one.segment === segment).length);
          }
          expect(segments.reduce((sum, { calls: count }) => sum + count, 0)).toBe(overall.calls);
        }
      }),
    );
  });

  it("arrival out of order within the lateness changes nothing, nor does the size of batches", () => {
    const delay = fc.double({ min: 0, max: LATENESS_SECONDS, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(call, delay), { minLength: 1, maxLength: 150 }),
        fc.integer({ min: 1, max: 20 }),
        (delayed, batch) => {
          const inOrder = delayed.map(([one]) => one).sort((a, b) => a.timeSeconds - b.timeSeconds);
          // Each arrives at most the lateness after its time; calls of one moment keep their order.
          const asArrived = [...delayed]
            .sort(([a], [b]) => a.timeSeconds - b.timeSeconds)
            .map(([one, seconds], index) => ({ one, index, at: one.timeSeconds + seconds }))
            .sort((a, b) => a.at - b.at || a.index - b.index)
            .map(({ one }) => one);
          fc.pre(new Set(inOrder.map(({ timeSeconds }) => timeSeconds)).size === inOrder.length);
          const expected = arriving(inOrder, inOrder.length);
          const flow = arriving(asArrived, batch);
          expect(flow.observations).toEqual(expected.observations);
          expect(flow.intervals).toEqual(expected.intervals);
        },
      ),
    );
  });

  it("calls of the same instant keep the order in which they came", () => {
    const names = ["GET /1", "GET /2", "GET /3", "GET /4"];
    const calls = names.map((operation) => callAt(1000.5, { operation, actor: "ann" }));
    const flow = arriving([...calls, callAt(1000.2, { operation: "GET /0", actor: "ann" })], 2);
    expect(flow.observations.map(({ call: { operation } }) => operation)).toEqual([
      "GET /0",
      ...names,
    ]);
    expect(flow.observations.map(({ previousOperation }) => previousOperation)).toEqual([
      "{start}",
      "GET /0",
      "GET /1",
      "GET /2",
      "GET /3",
    ]);
  });
});

describe("mergeWindow", () => {
  it("two halves give what all calls give", () => {
    const deviations = fc.array(
      fc.tuple(fc.constantFrom(...DRIFT_CAUSES), fc.double({ min: -100, max: 100, noNaN: true })),
      { maxLength: 20 },
    );
    const windowOf = (
      observations: readonly Observation[],
      scores: readonly (readonly [DriftCause, number])[],
    ): WindowSummary => {
      const window = emptyWindow(WORKLOAD, "shoppers", 0, WINDOW_SECONDS);
      for (const observation of observations) {
        addCall(window, observation);
      }
      for (const [cause, deviation] of scores) addDeviation(window, cause, deviation);
      return window;
    };
    fc.assert(
      fc.property(
        fc.array(call),
        fc.array(call),
        deviations,
        deviations,
        (a, b, scoresA, scoresB) => {
          const observed = (one: Call): Observation =>
            observationAt(one.timeSeconds, one, { previousOperation: one.operation });
          const merged = windowOf(a.map(observed), scoresA);
          const other = windowOf(b.map(observed), scoresB);
          const untouched = comparable(other);
          mergeWindow(merged, other);
          const replayed = windowOf([...a, ...b].map(observed), [...scoresA, ...scoresB]);
          expect(comparable(merged)).toEqual(comparable(replayed));
          expect(comparable(other)).toEqual(untouched);
        },
      ),
    );
  });
});

describe("addCall and addDeviation", () => {
  it("count calls and transitions, and sizes and durations only where they are known", () => {
    const window = emptyWindow(WORKLOAD, "shoppers", 0, 10);
    addCall(window, observationAt(1, { responseBytes: 10, requestBytes: undefined }));
    addCall(
      window,
      observationAt(2, { status: 503, responseBytes: 20, durationSeconds: undefined }),
    );
    expect(window.operations.get("GET /products")).toEqual({
      calls: 2,
      serverErrors: 1,
      durationSeconds: { count: 1, sum: 0.02, sumOfSquares: 0.0004 },
      requestBytes: { count: 1, sum: 0, sumOfSquares: 0 },
      responseBytes: { count: 2, sum: 30, sumOfSquares: 500 },
    });
    expect(window.transitions.get("{start}")?.get("GET /products")).toBe(2);
    expect(window.instances.get("shop-1")).toBe(2);
  });

  it("a deviation that is not finite, or whose square is not, adds nothing", () => {
    const window = emptyWindow(WORKLOAD, "shoppers", 0, 10);
    for (const deviation of [NaN, Infinity, -Infinity, 1e300])
      addDeviation(window, "timing", deviation);
    expect(window.deviations).toEqual({});
    addDeviation(window, "timing", -2);
    expect(window.deviations["timing"]).toEqual({ count: 1, sum: -2, sumOfSquares: 4 });
  });
});

describe("WindowAssembler", () => {
  it("refuses a call outside the open window, and to skip over calls", () => {
    const windows = new WindowAssembler(WORKLOAD, WINDOW_SECONDS);
    expect(() => windows.close()).toThrow(RangeError);
    windows.add(observationAt(105));
    expect(windows.endSeconds).toBe(110);
    expect(() => windows.add(observationAt(110))).toThrow(RangeError);
    expect(() => windows.add(observationAt(99.9))).toThrow(RangeError);
    expect(() => {
      windows.skipTo(500);
    }).toThrow(RangeError);
    windows.close();
    windows.skipTo(505);
    expect(windows.endSeconds).toBe(510);
  });
});
