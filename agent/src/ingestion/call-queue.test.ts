import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ManualClock, type Call } from "../core/index.js";
import { CallQueue } from "./call-queue.js";

const call = (timeSeconds: number): Call => ({
  workload: "default/Deployment/shop",
  instance: "unknown",
  timeSeconds,
  operation: "GET /",
  status: 200,
  durationSeconds: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  requestFormat: "none",
  responseFormat: "none",
  argumentShapes: [],
  actor: undefined,
  session: undefined,
  roles: [],
  groups: [],
  permissions: [],
});

describe("CallQueue", () => {
  test("behaves as a bounded list, all or nothing", () => {
    const step = fc.oneof(
      fc.record({ offer: fc.nat({ max: 8 }) }),
      fc.record({ take: fc.nat({ max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step), (capacityCalls, steps) => {
        const queue = new CallQueue({ clock: new ManualClock(), capacityCalls });
        const list: number[] = [];
        let next = 0;
        for (const step of steps) {
          if ("offer" in step) {
            const batch = Array.from({ length: step.offer }, (_, index) => next + index);
            const fits = list.length + batch.length <= capacityCalls;
            expect(queue.offer(batch.map(call))).toBe(fits);
            if (fits) list.push(...batch);
            next += batch.length;
          } else {
            const taken = queue.take(step.take).map(({ timeSeconds }) => timeSeconds);
            expect(taken).toEqual(list.splice(0, step.take));
          }
          expect(queue.size).toBe(list.length);
          expect(queue.free).toBe(capacityCalls - list.length);
        }
      }),
    );
  });

  test("estimates when there is room from how fast it is drained", () => {
    const clock = new ManualClock(100);
    const queue = new CallQueue({ clock, capacityCalls: 100 });
    queue.offer(Array.from({ length: 100 }, (_, index) => call(index)));
    expect(queue.retryAfterSeconds(50)).toBe(1);
    queue.take(10);
    clock.advance(2);
    queue.take(10);
    // 10 calls in 2 seconds are 5 a second; 20 are free, so 70 wait for 50 more: 10 seconds.
    expect(queue.retryAfterSeconds(70)).toBe(10);
    expect(queue.retryAfterSeconds(20)).toBe(1);
    expect(queue.retryAfterSeconds(10_000)).toBe(60);
  });

  test("time without calls does not look like a slow drain", () => {
    const clock = new ManualClock(100);
    const queue = new CallQueue({ clock, capacityCalls: 100 });
    const fill = () => queue.offer(Array.from({ length: queue.free }, (_, index) => call(index)));
    fill();
    queue.take(50);
    clock.advance(1);
    queue.take(50);
    clock.advance(3600);
    fill();
    queue.take(10);
    // Still 50 a second: 10 are free, so 100 wait for 90 more, 1.8 seconds.
    expect(queue.retryAfterSeconds(100)).toBe(2);
  });

  test("tells of each batch that went in", () => {
    let told = 0;
    const onOffered = () => {
      told += 1;
    };
    const queue = new CallQueue({ clock: new ManualClock(), capacityCalls: 2, onOffered });
    queue.offer([]);
    queue.offer([call(1), call(2)]);
    queue.offer([call(3)]);
    expect(told).toBe(1);
  });

  test("needs room for one call", () => {
    expect(() => new CallQueue({ clock: new ManualClock(), capacityCalls: 0 })).toThrow(RangeError);
  });
});
