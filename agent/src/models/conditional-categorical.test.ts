import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConditionalCategorical, OTHER_CATEGORY } from "./conditional-categorical.js";

const HOUR = 3600;

function table(limits: { maxCategories?: number; maxPairs?: number } = {}): ConditionalCategorical {
  return new ConditionalCategorical({
    halfLifeSeconds: HOUR,
    maxCategories: limits.maxCategories ?? 100,
    maxPairs: limits.maxPairs ?? 1000,
  });
}

describe("ConditionalCategorical", () => {
  it("gives the probabilities of Witten and Bell", () => {
    const model = table();
    for (const category of ["a", "a", "a", "b"]) model.learn("x", category, 0);
    // Without context: n = 4 calls, t = 2 categories, uniform over 2 known and 1 unknown:
    // P(a) = (3 + 2/3) / 6 = 11/18; P(unknown) = (2/3) / 6 = 1/9.
    expect(model.probability(undefined, "a")).toBeCloseTo(11 / 18, 12);
    expect(model.probability(undefined, "new")).toBeCloseTo(1 / 9, 12);
    // In the context: the same counts, backing off to the above: (3 + 2 * 11/18) / 6 = 38/54.
    expect(model.probability("x", "a")).toBeCloseTo(38 / 54, 12);
    expect(model.bits("x", "a")).toBeCloseTo(-Math.log2(38 / 54), 12);
    // An unknown context knows no better than the whole.
    expect(model.probability("unheard", "a")).toBeCloseTo(11 / 18, 12);
  });

  it("says the uniform before anything is learned: one unknown category", () => {
    expect(table().probability("x", "a")).toBe(1);
  });

  it("forgets by half in a half-life", () => {
    const model = table();
    for (let i = 0; i < 8; i += 1) model.learn(undefined, "old", 0);
    for (let i = 0; i < 4; i += 1) model.learn(undefined, "new", HOUR);
    // 8 calls of an hour ago count 4: as much as the 4 of now.
    expect(model.probability(undefined, "old")).toBeCloseTo(
      model.probability(undefined, "new"),
      12,
    );
  });

  it("regression: years of silence leave finite weights", () => {
    const model = table();
    model.learn("x", "a", 0);
    // 2^(10 years / 1 h) is far beyond the largest number.
    model.learn("x", "b", 10 * 365 * 24 * HOUR);
    // Only b is left: n = 1, t = 1, uniform over b and the unknown.
    expect(model.probability(undefined, "b")).toBeCloseTo((1 + 1 / 2) / 2, 12);
    expect(model.pairs).toBe(1);
  });

  it("pools what comes past the limit, and judges the unknown as one of the pooled", () => {
    const model = table({ maxCategories: 2 });
    for (const category of ["a", "b", "c", "d"]) model.learn(undefined, category, 0);
    expect(model.categories).toBe(3); // a, b and the pool
    expect(model.pooledCalls).toBe(2);
    expect(model.probability(undefined, "never seen")).toBe(
      model.probability(undefined, OTHER_CATEGORY),
    );
  });

  it("gives the place of a category that went out of use to a new one", () => {
    const model = table({ maxCategories: 2 });
    model.learn("x", "gone", 0);
    for (let i = 0; i < 5; i += 1) model.learn("x", "stays", 5 * HOUR);
    model.learn("x", "new", 5 * HOUR);
    expect(model.categories).toBe(3); // stays, new and the pool, where gone is
    for (const context of ["x", undefined]) {
      const unknown = model.probability(context, "never seen");
      expect(model.probability(context, "gone")).toBe(unknown);
      expect(model.probability(context, "new")).toBeGreaterThan(unknown);
    }
    expect(model.pooledCalls).toBe(0);
  });

  it("counts pairs past their limit without their context", () => {
    const model = table({ maxPairs: 2 });
    for (const context of ["x", "y", "z"]) model.learn(context, "a", 0);
    expect(model.pairs).toBe(2);
    expect(model.contextlessCalls).toBe(1);
    expect(model.probability("z", "a")).toBe(model.probability(undefined, "a"));
  });

  it("adds up to 1 over the known and one unknown, in every context", () => {
    const names = ["a", "b", "c", "d", "e"];
    const letters = fc.constantFrom(...names);
    const calls = fc.array(fc.tuple(letters, letters, fc.nat(20 * HOUR)), { minLength: 1 });
    fc.assert(
      fc.property(calls, (list) => {
        const model = table();
        for (const [context, category, seconds] of list) model.learn(context, category, seconds);
        for (const context of [undefined, "a", "b", "unheard"]) {
          const sum = names.reduce((total, name) => total + model.probability(context, name), 0);
          // Names that were not learned, or are forgotten by now, each have that of the one unknown.
          const unlearned = names.length - model.categories;
          const unknown = model.probability(context, "unknown");
          expect(sum - (unlearned - 1) * unknown).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});
