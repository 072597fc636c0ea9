import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { callAt } from "../core/fixture.js";
import { ReorderBuffer } from "./reorder-buffer.js";

const OPTIONS = { latenessSeconds: 10, maxCalls: 100, windowSeconds: 10 };

function timesOf(calls: readonly { readonly timeSeconds: number }[]): number[] {
  return calls.map(({ timeSeconds }) => timeSeconds);
}

describe("ReorderBuffer", () => {
  it("releases in order what the watermark has passed", () => {
    const buffer = new ReorderBuffer(OPTIONS);
    for (const seconds of [100, 103.5, 103.2, 101]) buffer.add(callAt(seconds));
    expect(buffer.release()).toEqual([]);
    buffer.add(callAt(114));
    expect(buffer.watermarkSeconds).toBe(104);
    expect(timesOf(buffer.release())).toEqual([100, 101, 103.2, 103.5]);
    expect(buffer.size).toBe(1);
    expect(timesOf(buffer.waiting())).toEqual([114]);
  });

  it("refuses a call that is late, and takes one that is as old as allowed", () => {
    const buffer = new ReorderBuffer(OPTIONS);
    buffer.add(callAt(114));
    // The calls of the fixture take 20 ms.
    expect(buffer.add(callAt(103.979))).toBe(false);
    expect(buffer.add(callAt(104))).toBe(true);
    expect(buffer.size).toBe(2);
  });

  it("takes a long call that has ended since, as early as it can be placed", () => {
    const buffer = new ReorderBuffer(OPTIONS);
    buffer.add(callAt(114));
    expect(buffer.add({ ...callAt(90), durationSeconds: 15 })).toBe(true);
    expect(timesOf(buffer.flush())).toEqual([104, 114]);
  });

  it("the watermark never goes back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.double({ min: -1e6, max: 1e6, noNaN: true }))),
        (steps) => {
          const buffer = new ReorderBuffer(OPTIONS);
          let before = buffer.watermarkSeconds;
          for (const [adds, seconds] of steps) {
            if (adds) buffer.add(callAt(seconds));
            else buffer.advance(seconds);
            expect(buffer.watermarkSeconds).toBeGreaterThanOrEqual(before);
            before = buffer.watermarkSeconds;
          }
        },
      ),
    );
  });

  it("past its size it releases the oldest early, in order, and counts them", () => {
    const buffer = new ReorderBuffer({ latenessSeconds: 1000, maxCalls: 3, windowSeconds: 10 });
    for (const seconds of [5, 1, 4, 2, 3]) buffer.add(callAt(seconds));
    // Two too many: the seconds 1 and 2 go.
    expect(timesOf(buffer.release())).toEqual([1, 2]);
    expect(buffer.releasedEarly).toBe(2);
    expect(buffer.size).toBe(3);
    // Their exact place is gone, their window is not: they come in the order of their arrival.
    expect(buffer.add(callAt(0.5))).toBe(true);
    expect(timesOf(buffer.release())).toEqual([0.5]);
  });

  it("past its size it closes the windows before the oldest call that went", () => {
    const buffer = new ReorderBuffer({ latenessSeconds: 1000, maxCalls: 1, windowSeconds: 10 });
    for (const seconds of [8, 12, 13]) buffer.add(callAt(seconds));
    expect(timesOf(buffer.release())).toEqual([8, 12]);
    expect(buffer.add(callAt(9))).toBe(false);
    expect(buffer.add(callAt(11))).toBe(true);
  });

  it("a second with more calls than fit loses none (regression: the rest of it was late)", () => {
    const buffer = new ReorderBuffer({ latenessSeconds: 10, maxCalls: 5, windowSeconds: 10 });
    let released = 0;
    for (let call = 0; call < 100; call += 1) {
      expect(buffer.add(callAt(3 + call / 100))).toBe(true);
      released += buffer.release().length;
    }
    expect(released + buffer.flush().length).toBe(100);
  });

  it("what is due anyhow is not counted as early", () => {
    const buffer = new ReorderBuffer({ latenessSeconds: 0, maxCalls: 1, windowSeconds: 10 });
    for (const seconds of [1, 2, 3]) buffer.add(callAt(seconds));
    expect(timesOf(buffer.release())).toEqual([1, 2]);
    expect(buffer.releasedEarly).toBe(0);
  });

  it("loses and doubles nothing, never holds more than allowed, and keeps the order of windows over all releases", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 30 })),
        (batches) => {
          const buffer = new ReorderBuffer({
            latenessSeconds: 20,
            maxCalls: 10,
            windowSeconds: 10,
          });
          const released: number[] = [];
          let accepted = 0;
          for (const batch of batches) {
            for (const seconds of batch) if (buffer.add(callAt(seconds))) accepted += 1;
            released.push(...timesOf(buffer.release()));
            expect(buffer.size).toBeLessThanOrEqual(10);
          }
          released.push(...timesOf(buffer.flush()));
          expect(buffer.size).toBe(0);
          expect(released).toHaveLength(accepted);
          const windows = released.map((seconds) => Math.floor(seconds / 10));
          expect(windows).toEqual([...windows].sort((a, b) => a - b));
        },
      ),
    );
  });
});
