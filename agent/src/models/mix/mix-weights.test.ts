import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/index.js";
import { MixWeights } from "./mix-weights.js";

const WINDOW_SECONDS = 60;

/** Two places; candidates say these shares of the first one, the target is drawn with `truth`. */
function trained(
  candidates: (step: number) => readonly number[],
  truth: (step: number) => number,
  { steps = 2000, callsEach = 20 } = {},
): MixWeights {
  const random = seededRandom(7);
  const count = candidates(0).length;
  const weights = new MixWeights(count, 2, WINDOW_SECONDS, 1);
  for (let step = 0; step < steps; step += 1) {
    const mixes = Float64Array.from(candidates(step).flatMap((share) => [share, 1 - share]));
    let first = 0;
    for (let call = 0; call < callsEach; call += 1) if (random() < truth(step)) first += 1;
    weights.score(mixes, 0, Float64Array.of(first, callsEach - first), callsEach);
  }
  return weights;
}

describe("MixWeights", () => {
  it("the first candidate speaks alone before anything is known", () => {
    const weights = new MixWeights(3, 2, WINDOW_SECONDS, 1);
    const combined = new Float64Array(2);
    weights.combine(Float64Array.of(0.3, 0.7, 1, 0, 0, 1), 0, combined, 0);
    expect([...combined]).toEqual([0.3, 0.7]);
  });

  it("finds the right candidate although a few calls are nearly all chance", () => {
    const truth = (step: number): number => 0.5 + 0.3 * Math.sin(step / 10);
    const weights = trained((step) => [0.5, truth(step), 0.2], truth);
    // Shrunk by 360 / (360 + 30) = .92 with a half-life of 360 targets, and some chance.
    expect(weights.weightOf(1)).toBeGreaterThan(0.85);
    expect(weights.weightOf(2)).toBeLessThan(0.05);
  });

  it("mixes two that are wrong on opposite sides", () => {
    // .5 + .4 and .5 - .4 of the swing: half of each is right.
    const swing = (step: number): number => (step % 2 === 0 ? 0.3 : -0.3);
    const weights = trained(
      (step) => [0.5 + swing(step), 0.5 - swing(step)],
      () => 0.5,
    );
    expect(weights.weightOf(0)).toBeCloseTo(0.5, 1);
    expect(weights.weightOf(1)).toBeCloseTo(0.5, 1);
  });

  it("gives no weight to one that has never said anything", () => {
    const weights = trained(
      (step) => [0.5, step % 2 === 0 ? 0.4 : 0.6, NaN],
      (step) => (step % 2 === 0 ? 0.4 : 0.6),
    );
    expect(weights.weightOf(2)).toBe(0);
    const combined = new Float64Array(2);
    weights.combine(Float64Array.of(0.5, 0.5, 0.4, 0.6, NaN, NaN), 0, combined, 0);
    expect((combined[0] ?? NaN) + (combined[1] ?? NaN)).toBeCloseTo(1, 12);
  });
});
