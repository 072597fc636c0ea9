import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { supplyOf } from "./cluster.js";
import { clusterOf } from "./fixture.js";
import { costOf, judge } from "./outcome.js";

describe("supply", () => {
  it.each([
    // Asked for at the end of step 1, three serve from step 1 + 1 + 2 = 4 on; given back at once.
    ["starts late and ends at once", 2, [1, 3, 3, 3, 3, 1, 1], [1, 1, 1, 1, 3, 3, 1]],
    [
      "of what was asked for too briefly never comes",
      2,
      [1, 3, 3, 1, 3, 3, 3],
      [1, 1, 1, 1, 1, 1, 1],
    ],
    ["without a start-up time is what was asked for last", 0, [1, 3, 2, 5], [1, 1, 3, 2]],
  ])("%s", (_what, startUpSteps, asked, supply) => {
    expect([...supplyOf(Uint32Array.from(asked), startUpSteps)]).toEqual(supply);
  });

  it("is never more than what is paid", () => {
    const requests = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 5 }), (asked, startUpSteps) => {
        const supply = supplyOf(Uint32Array.from(asked), startUpSteps);
        supply.forEach((supplied, t) => {
          expect(supplied).toBeLessThanOrEqual(asked[Math.max(0, t - 1)] ?? NaN);
        });
      }),
    );
  });
});

describe("the outcome", () => {
  it("is as computed by hand", () => {
    // Supply is 1 1 1 1 3 3 1; demand 1 3 1 - 1 4 1, of which the unknown step and the first are not judged.
    const cluster = clusterOf([5, 25, 10, NaN, 2, 40, 8]);
    const asked = Uint32Array.from([1, 3, 3, 3, 3, 1, 1]);
    const outcome = judge(cluster, asked, { from: 1, to: 7 });
    expect(outcome.violationMinutes).toBe(2);
    // 25 - 10 and 40 - 30.
    expect(outcome.underProvisionedCalls).toBe(25);
    // Paid: 1 in step 1, then 3, (unknown), 3, 3, 1.
    expect(outcome.podHours).toBeCloseTo(11 / 60, 12);
    // (2/3 + 1/4) / 5 steps; (3 - 1)/1 in step 4, and nothing else is too much.
    expect(outcome.thetaU).toBeCloseTo((100 * (2 / 3 + 1 / 4)) / 5, 9);
    expect(outcome.thetaO).toBeCloseTo((100 * 2) / 5, 9);
    expect(outcome.tauU).toBeCloseTo(40, 9);
    expect(outcome.tauO).toBeCloseTo(20, 9);
    // 1 -> 3 and 3 -> 1 in 5 minutes.
    expect(outcome.changesPerHour).toBeCloseTo((2 * 60) / 5, 9);
    // 25 calls are 2.5 replica-minutes.
    expect(costOf(outcome, 20, cluster)).toBeCloseTo((11 + 20 * 2.5) / 60, 9);
  });

  it("stays within its bounds, and more replicas never miss more calls", () => {
    const load = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 60 }) },
      fc.constant(NaN),
    );
    const steps = fc.array(fc.tuple(load, fc.integer({ min: 1, max: 9 })), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (given) => {
        const cluster = clusterOf(given.map(([calls]) => calls));
        const asked = Uint32Array.from(given, ([, replicas]) => replicas);
        const span = { from: 1, to: given.length };
        const outcome = judge(cluster, asked, span);
        const known = given.slice(1).filter(([calls]) => !Number.isNaN(calls));
        const total = known.reduce((sum, [calls]) => sum + calls, 0);
        expect(outcome.violationMinutes).toBeLessThanOrEqual(known.length);
        expect(outcome.underProvisionedCalls).toBeLessThanOrEqual(total);
        expect(outcome.tauU + outcome.tauO).toBeLessThanOrEqual(100 + 1e-9);
        expect(outcome.thetaU).toBeLessThanOrEqual(outcome.tauU + 1e-9);
        const more = judge(
          cluster,
          asked.map((replicas) => replicas + 1),
          span,
        );
        expect(more.underProvisionedCalls).toBeLessThanOrEqual(outcome.underProvisionedCalls);
        expect(more.podHours).toBeCloseTo(outcome.podHours + known.length / 60, 9);
      }),
    );
  });
});
