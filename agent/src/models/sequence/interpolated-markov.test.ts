import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InterpolatedMarkov } from "./interpolated-markov.js";

describe("InterpolatedMarkov", () => {
  it("interpolates each order with the one below", () => {
    const chain = new InterpolatedMarkov(1, 2);
    chain.learn([0], 1);
    // Without context: 1 call of 1 kind, so (1 + 1 * 1/2) / 2 = 3/4; after 0: (1 + 1 * 3/4) / 2 = 7/8.
    expect(chain.probabilities([])[1]).toBeCloseTo(0.75, 12);
    expect(chain.probabilities([0])[1]).toBeCloseTo(0.875, 12);
    // A context that is not known is none.
    expect(chain.probabilities([1])[1]).toBeCloseTo(0.75, 12);
  });

  it("looks back as far as its order, and no further", () => {
    const chain = new InterpolatedMarkov(2, 3);
    for (let i = 0; i < 20; i += 1) {
      chain.learn([0, 2], 0);
      chain.learn([1, 2], 1);
    }
    expect(chain.probabilities([0, 2])[0]).toBeGreaterThan(0.95);
    expect(chain.probabilities([1, 2])[1]).toBeGreaterThan(0.95);
    expect(chain.probabilities([1, 0, 2])).toEqual(chain.probabilities([0, 2]));
  });

  it("always gives probabilities that sum to 1, none of them 0", () => {
    const symbol = fc.nat(4);
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 60 }), fc.array(symbol), (learned, past) => {
        const chain = new InterpolatedMarkov(3, 5);
        learned.forEach((next, at) => {
          chain.learn(learned.slice(0, at), next);
        });
        const probabilities = chain.probabilities(past);
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
        expect(Math.min(...probabilities)).toBeGreaterThan(0);
      }),
    );
  });

  it("refuses an order or a number of symbols that can't be", () => {
    expect(() => new InterpolatedMarkov(-1, 2)).toThrow(RangeError);
    expect(() => new InterpolatedMarkov(1, 0)).toThrow(RangeError);
  });
});
