import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/index.js";
import { latestShift } from "./latest-shift.js";

const LENGTH = 360;
const SEEDS = 40;

function series(seed: number, levelAt: (at: number) => number, inertia = 0): Float64Array {
  const random = seededRandom(seed);
  let last = 0;
  return Float64Array.from({ length: LENGTH }, (_, at) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    last = inertia * last + Math.sqrt(1 - inertia ** 2) * normal;
    return last + levelAt(at);
  });
}

/** The share of seeds dated, and the median distance of those from the truth. */
function dated(
  truth: number,
  levelAt: (at: number) => number,
  inertia = 0,
): { found: number; medianError: number } {
  const errors: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const index = latestShift(series(seed, levelAt, inertia));
    if (index !== undefined) errors.push(Math.abs(index - truth));
  }
  errors.sort((a, b) => a - b);
  return { found: errors.length / SEEDS, medianError: errors[errors.length >> 1] ?? NaN };
}

describe("when the level shifted last", () => {
  it.each([
    ["two deviations, ten values ago", 10, 2, 0],
    ["two deviations, half an hour of ten seconds ago", 180, 2, 0],
    ["three deviations, six values ago", 6, 3, 0],
    ["three deviations downwards, thirty values ago", 30, -3, 0],
    ["three deviations with inertia, thirty values ago", 30, 3, 0.3],
  ])("%s: found by nine in ten, the median off by at most 1", (_name, since, shift, inertia) => {
    const at = LENGTH - since;
    const { found, medianError } = dated(at, (index) => (index < at ? 0 : shift), inertia);
    expect(found).toBeGreaterThanOrEqual(0.9);
    expect(medianError).toBeLessThanOrEqual(1);
  });

  it("and not when an earlier episode began or ended", () => {
    const level = (at: number): number => (at >= 330 ? 2 : at >= 150 && at < 200 ? 4 : 0);
    const { found, medianError } = dated(330, level);
    expect(found).toBeGreaterThanOrEqual(0.95);
    expect(medianError).toBeLessThanOrEqual(1);
  });
});

it("noise has no shift, in at least 39 of 40", () => {
  expect(dated(0, () => 0).found).toBeLessThanOrEqual(1 / SEEDS);
});

it.each([
  ["nothing", []],
  ["one value", [1]],
  ["five values", [0, 0, 9, 9, 9]],
  ["a constant", Array.from({ length: 100 }, () => 0.1)],
  ["zeros", Array.from({ length: 100 }, () => 0)],
])("%s has no shift", (_name, values) => {
  expect(latestShift(Float64Array.from(values))).toBeUndefined();
});

it("a step without any noise is exact", () => {
  expect(latestShift(Float64Array.from({ length: 50 }, (_, at) => (at < 40 ? 0 : 1)))).toBe(40);
});
