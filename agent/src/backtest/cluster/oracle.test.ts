import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster, Span } from "./cluster.js";
import { clusterOf } from "./fixture.js";
import { oracleRequests } from "./oracle.js";
import { costOf, judge } from "./outcome.js";

function costOfRequests(cluster: Cluster, asked: Uint32Array, price: number, span: Span): number {
  return costOf(judge(cluster, asked, span), price, cluster);
}

/** Every course of requests that can matter: the last is paid after the end. */
function* allRequests(length: number, most: number): Generator<Uint32Array> {
  for (let code = 0; code < most ** (length - 1); code += 1) {
    yield Uint32Array.from({ length }, (_, t) => 1 + (Math.floor(code / most ** t) % most));
  }
}

describe("the oracle", () => {
  it("asks early enough and no longer than it pays", () => {
    // Three are needed in steps 6 and 7 and worth 2 x 20 each: asked for at the end of step 3, given back
    // at the end of step 7.
    const cluster = clusterOf([5, 5, 5, 5, 5, 5, 30, 30, 5, 5]);
    const asked = oracleRequests(cluster, 20, { from: 1, to: 10 });
    expect([...asked]).toEqual([1, 1, 1, 3, 3, 3, 3, 1, 1, 1]);
  });

  it("lets go what is worth less than its start", () => {
    // One step of use of .1 replica at a price of 20 is worth 2; it costs 3 to have it.
    const cluster = clusterOf([5, 5, 5, 5, 5, 5, 11, 5, 5, 5]);
    const asked = oracleRequests(cluster, 20, { from: 1, to: 10 });
    expect([...asked]).toEqual(Array(10).fill(1));
  });

  it("is the best of all courses of requests", () => {
    const load = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) },
      fc.constant(NaN),
    );
    const loads = fc.array(load, { minLength: 7, maxLength: 7 });
    const price = fc.constantFrom(1.5, 4, 20);
    fc.assert(
      fc.property(loads, fc.integer({ min: 0, max: 2 }), price, (calls, startUpSteps, priced) => {
        const cluster = clusterOf(calls, { startUpSteps });
        const span = { from: 1, to: calls.length };
        let best = Infinity;
        for (const asked of allRequests(calls.length, 3)) {
          best = Math.min(best, costOfRequests(cluster, asked, priced, span));
        }
        const oracle = oracleRequests(cluster, priced, span);
        expect(costOfRequests(cluster, oracle, priced, span)).toBeCloseTo(best, 9);
      }),
      { numRuns: 60 },
    );
  });
});
