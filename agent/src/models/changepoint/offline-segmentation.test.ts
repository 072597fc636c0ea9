import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/index.js";
import { findChanges, MAXIMUM_VALUES } from "./offline-segmentation.js";
import { SegmentCost } from "./segment-cost.js";

/** Standard normal values by Box and Muller. */
function noise(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function series(length: number, valueAt: (at: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, at) => valueAt(at));
}

function indicesOf(values: Float64Array): readonly number[] {
  const found = findChanges(values);
  if (found.status !== "ready") throw new Error(`${found.status}: ${found.reason}`);
  return found.value.map(({ index }) => index);
}

describe("what is a change", () => {
  it("a shift of the level, at its place and nearly certain", () => {
    const normal = noise(1);
    const found = findChanges(series(300, (at) => (at < 120 ? 0 : 5) + normal()));
    expect(found).toMatchObject({ status: "ready", value: [{ index: 120 }] });
    if (found.status === "ready") expect(found.value[0]?.probability).toBeGreaterThan(0.99);
  });

  it("a break of the slope", () => {
    const normal = noise(2);
    const [index, ...others] = indicesOf(
      series(300, (at) => (at < 150 ? at : 150 - 2 * (at - 150)) + 4 * normal()),
    );
    expect(others).toEqual([]);
    expect(Math.abs((index ?? 0) - 150)).toBeLessThanOrEqual(3);
  });

  it("one in spite of a season: a weekly rhythm, and a level that rises", () => {
    const normal = noise(3);
    const found = indicesOf(
      series(210, (at) => 10 * Math.sin((2 * Math.PI * at) / 7) + (at < 100 ? 0 : 8) + normal()),
    );
    expect(found).toHaveLength(1);
    expect(Math.abs((found[0] ?? 0) - 100)).toBeLessThanOrEqual(3);
  });
});

describe("what is no change", () => {
  it.each<[string, (at: number, normal: () => number) => number]>([
    ["noise", (_at, normal) => normal()],
    ["a trend", (at, normal) => 0.2 * at + normal()],
    ["a season", (at, normal) => 10 * Math.sin((2 * Math.PI * at) / 24) + normal()],
    ["a season on a trend", (at, normal) => at + 20 * Math.sin((2 * Math.PI * at) / 12) + normal()],
    ["an outlier", (at, normal) => (at === 100 ? 60 : 0) + normal()],
    ["a constant", () => 7],
    ["a constant that rounding makes uneven", (at) => 0.1 + (at % 2) * 1e-17],
  ])("%s, in at least 19 of 20 series", (_name, valueAt) => {
    let spoken = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const normal = noise(seed);
      spoken += indicesOf(series(240, (at) => valueAt(at, normal))).length > 0 ? 1 : 0;
    }
    expect(spoken).toBeLessThanOrEqual(1);
  });
});

describe("what can't be segmented says why", () => {
  it.each([
    ["nothing", []],
    ["one value", [1]],
    ["seven values", [1, 2, 3, 4, 5, 6, 7]],
  ])("%s", (_name, values) => {
    expect(findChanges(Float64Array.from(values))).toEqual({
      status: "warming_up",
      reason: "too_few_windows",
    });
  });

  it.each([
    ["infinity", series(50, (at) => (at === 3 ? Infinity : at))],
    ["more than a tenth missing", series(50, (at) => (at % 5 === 0 ? NaN : at))],
    ["nothing but gaps", series(50, () => NaN)],
  ])("%s", (_name, values) => {
    expect(findChanges(values)).toEqual({ status: "failed", reason: "non_finite_input" });
  });

  it("bridges a few gaps", () => {
    const normal = noise(4);
    const gappy = series(300, (at) =>
      at % 20 === 7 || at === 0 || at === 299 ? NaN : (at < 120 ? 0 : 6) + normal(),
    );
    expect(indicesOf(gappy)).toEqual([120]);
  });

  it("refuses more values than it has time for", () => {
    expect(() => findChanges(new Float64Array(MAXIMUM_VALUES + 1))).toThrow("at most 20000");
  });
});

it("answers anything finite with ascending indices inside the series, each with a probability", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
        minLength: 8,
        maxLength: 80,
      }),
      (values) => {
        const found = findChanges(Float64Array.from(values));
        if (found.status !== "ready") throw new Error(found.reason);
        let last = 0;
        for (const { index, probability } of found.value) {
          expect(index).toBeGreaterThan(last);
          expect(index).toBeLessThan(values.length);
          expect(probability).toBeGreaterThanOrEqual(0.5);
          expect(probability).toBeLessThanOrEqual(1);
          last = index;
        }
      },
    ),
    { numRuns: 200 },
  );
});

it("splitting a segment never costs more, on which the pruning rests", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 60 }),
      fc.nat(),
      (values, cut) => {
        const cost = new SegmentCost(Float64Array.from(values));
        const middle = 1 + (cut % (values.length - 1));
        const parts = cost.of(0, middle) + cost.of(middle, values.length);
        // The ridge may cost a millionth.
        expect(parts).toBeLessThanOrEqual(cost.of(0, values.length) + 1e-3);
      },
    ),
  );
});
