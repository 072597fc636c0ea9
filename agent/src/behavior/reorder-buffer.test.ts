import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { callAt } from "./fixture.js";
import { ReorderBuffer } from "./reorder-buffer.js";

const OPTIONS = { latenessSeconds: 10, maxCalls: 100 };

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
    expect(buffer.add(callAt(103.999))).toBe(false);
    expect(buffer.add(callAt(104))).toBe(true);
    expect(buffer.size).toBe(2);
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
    const buffer = new ReorderBuffer({ latenessSeconds: 1000, maxCalls: 3 });
    for (const seconds of [5, 1, 4, 2, 3]) buffer.add(callAt(seconds));
    // Two too many: the seconds 1 and 2 go.
    expect(timesOf(buffer.release())).toEqual([1, 2]);
    expect(buffer.releasedEarly).toBe(2);
    expect(buffer.size).toBe(3);
    // Their place is gone.
    expect(buffer.add(callAt(2.5))).toBe(false);
    expect(buffer.add(callAt(3.5))).toBe(true);
  });

  it("what is due anyhow is not counted as early", () => {
    const buffer = new ReorderBuffer({ latenessSeconds: 0, maxCalls: 1 });
    for (const seconds of [1, 2, 3]) buffer.add(callAt(seconds));
    expect(timesOf(buffer.release())).toEqual([1, 2]);
    expect(buffer.releasedEarly).toBe(0);
  });

  it("loses and doubles nothing, never holds more than allowed, and keeps the order over all releases", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 30 })),
        (batches) => {
          const buffer = new ReorderBuffer({ latenessSeconds: 20, maxCalls: 10 });
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
          expect(released).toEqual([...released].sort((a, b) => a - b));
        },
      ),
    );
  });
});
