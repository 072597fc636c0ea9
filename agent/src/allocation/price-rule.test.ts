import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demandOf } from "./demand-fixture.js";
import { ExpectedUse } from "./expected-use.js";
import { horizonsFor, replicasByPrice } from "./price-rule.js";

const SETTINGS = { price: 20, startUpSteps: 2 };
const PER_REPLICA = 10;
const NODES = 4;
const STEPS = 13;

/** Any distributions of the next 13 steps, up to ten replicas of ten calls a second. */
const loads = fc.array(
  fc
    .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: NODES, maxLength: NODES })
    .map((nodes) => nodes.sort((a, b) => a - b)),
  { minLength: STEPS, maxLength: STEPS },
);

/** What is known for certain: replicas' worth of load in each of the next steps. */
function useOf(replicas: (step: number) => number): ExpectedUse {
  const use = new ExpectedUse(1000);
  const steps = Array.from({ length: horizonsFor(SETTINGS.startUpSteps) }, (_, at) => at + 1);
  use.take(demandOf(steps.map((step) => [replicas(step) * PER_REPLICA])), PER_REPLICA);
  return use;
}

describe("the price rule", () => {
  it.each([
    ["asks for what is used all the time", () => 4, 1, 4],
    ["gives back at once what is never used again", () => 4, 7, 4],
    // .04 of the fifth: 20 x .04 = .8 a step, less than the one that a step costs.
    ["starts nothing whose use is below its price", () => 4.04, 4, 4],
    // .06 x 20 = 1.2 a step: pays for two steps of start-up within 60, as .2 x 10 = 2.
    ["starts what pays within an hour", () => 4.06, 4, 5],
    // Used in step 3, when it would serve at the earliest, and for long.
    ["starts before the load rises", (step: number) => (step >= 3 ? 3 : 1), 1, 3],
    // Not needed before step 8: starting five steps later is five replica-steps cheaper.
    ["does not start earlier than it must", (step: number) => (step >= 8 ? 3 : 1), 1, 1],
    // Given back now it could serve again in step 4 at the earliest: kept for step 3.
    ["keeps through a short dip", (step: number) => (step >= 3 ? 3 : 1), 3, 3],
    // Asked for again a step later it would serve in step 4: paid for one step less.
    ["gives back for a single step", (step: number) => (step >= 4 ? 3 : 1), 3, 1],
  ] as const)("%s", (_what, load, previous, replicas) => {
    expect(replicasByPrice(useOf(load), previous, SETTINGS)).toBe(replicas);
  });

  it("wants no fewer replicas for more load, a higher price, or more asked for before", () => {
    const price = fc.double({ min: 1.1, max: 100, noNaN: true });
    const previous = fc.integer({ min: 0, max: 14 });
    const growth = fc.double({ min: 1, max: 3, noNaN: true });
    const startUp = fc.integer({ min: 0, max: 2 });
    fc.assert(
      fc.property(loads, price, previous, growth, startUp, (given, priced, before, more, steps) => {
        const settings = { price: priced, startUpSteps: steps };
        const use = new ExpectedUse(1000);
        use.take(demandOf(given), PER_REPLICA);
        const replicas = replicasByPrice(use, before, settings);
        expect(
          replicasByPrice(use, before, { ...settings, price: priced * more }),
        ).toBeGreaterThanOrEqual(replicas);
        expect(replicasByPrice(use, before + 1, settings)).toBeGreaterThanOrEqual(replicas);
        use.take(demandOf(given.map((nodes) => nodes.map((rate) => rate * more))), PER_REPLICA);
        expect(replicasByPrice(use, before, settings)).toBeGreaterThanOrEqual(replicas);
      }),
      { numRuns: 300 },
    );
  });
});
