import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SegmentModels } from "../models/segment-models.js";
import { MarkovSequenceModel } from "../models/sequence/markov.js";
import { workloadOutlook } from "./workload-outlook.js";

/** A model that expects these rates, and tells for how many sessions it was asked. */
class Expecting extends MarkovSequenceModel {
  readonly #rates: ReadonlyMap<string, number>;
  readonly #asked: (sessions: number) => void;
  constructor(rates: Readonly<Record<string, number>>, asked: (sessions: number) => void) {
    super();
    this.#rates = new Map(Object.entries(rates));
    this.#asked = asked;
    // What serves is told by a field of the chain.
    Object.assign(this, { servedBy: "lstm" });
  }
  expectedRates(_moment: unknown, sessions: number): ReadonlyMap<string, number> {
    this.#asked(sessions);
    return this.#rates;
  }
}

function family(own: Readonly<Record<string, SegmentModels>>) {
  return { own: new Map(Object.entries(own)), sharedBy: (): undefined => undefined };
}

const rate = fc.double({ min: 0, max: 1000, noNaN: true });
const rates = fc.dictionary(fc.constantFrom("GET /a", "GET /b", "{other}"), rate);

describe("workloadOutlook", () => {
  it("adds up rates to shares of 1, and asks for at most 16 sessions in all", () => {
    const segments = fc.array(fc.record({ rates, calls: fc.integer({ min: 1 }) }), {
      minLength: 1,
    });
    const property = fc.property(segments, (list) => {
      let asked = 0;
      const own = list.map(({ rates: expected }, index): [string, SegmentModels] => [
        `s${index}`,
        new SegmentModels(() => [new Expecting(expected, (sessions) => (asked += sessions))]),
      ]);
      const windows = list.map(({ calls }, index) => ({ segment: `s${index}`, calls }));
      const outlook = workloadOutlook(family(Object.fromEntries(own)), windows, 0);
      const mix = outlook?.expectedMix(60);
      expect(asked).toBeLessThanOrEqual(16);
      if (mix === undefined) return;
      expect([...mix.values()].every((share) => share >= 0 && share <= 1)).toBe(true);
      expect([...mix.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    });
    fc.assert(property);
  });

  it("says nothing while networks serve less than half of the calls", () => {
    const lstm = new SegmentModels(() => [new Expecting({ "GET /a": 1 }, () => undefined)]);
    const chain = new SegmentModels(() => [new MarkovSequenceModel()]);
    const outlook = (lstmCalls: number) =>
      workloadOutlook(
        family({ lstm, chain }),
        [
          { segment: "lstm", calls: lstmCalls },
          { segment: "chain", calls: 10 },
        ],
        0,
      );
    expect(outlook(9)).toBeUndefined();
    expect(outlook(10)?.expectedMix(60)).toEqual(new Map([["GET /a", 1]]));
  });
});
