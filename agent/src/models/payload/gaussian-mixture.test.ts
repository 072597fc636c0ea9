import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, SnapshotReader, type Json, type Random } from "../../core/index.js";
import { GaussianMixture } from "./gaussian-mixture.js";
import { fitMixture } from "./mixture-fit.js";
import { lowerNormalQuantile, normalCdf } from "./normal-distribution.js";

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Two far clusters in the plane, of 300 and 100 rows; the first is tilted. */
function twoClusters(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from(
    Array.from({ length: 400 }, (_, row) => {
      const [a, b] = [normal(random), normal(random)];
      return row < 300 ? [a, 0.8 * a + 0.6 * b] : [8 + 0.5 * a, -8 + 0.5 * b];
    }).flat(),
  );
}

describe("GaussianMixture", () => {
  it("gives the density of a hand-computed case", () => {
    // Covariance [[4, 2], [2, 5]]: determinant 16, inverse [[5, -2], [-2, 4]] / 16.
    const mixture = new GaussianMixture({
      dimension: 2,
      weights: Float64Array.of(1),
      means: Float64Array.of(1, -1),
      covariances: Float64Array.of(4, 0, 2, 5),
    });
    // x - mean = (2, 1): (5*4 - 2*2*2 + 4*1) / 16 = 1.
    const expected = -Math.log(2 * Math.PI) - Math.log(16) / 2 - 1 / 2;
    expect(mixture.logDensity(Float64Array.of(3, 0))).toBeCloseTo(expected, 12);
    // The first coordinate alone is normal with mean 1 and deviation 2: z = 1.
    expect(mixture.marginalLogDensity(0, 3)).toBeCloseTo(
      -Math.log(2) - Math.log(2 * Math.PI) / 2 - 1 / 2,
      12,
    );
    expect(mixture.marginalCdf(0, 3)).toBeCloseTo(0.8413447, 6);
    expect(mixture.marginalSurvival(0, 3)).toBeCloseTo(0.1586553, 6);
  });

  it("shares a point out between its components", () => {
    const mixture = new GaussianMixture({
      dimension: 1,
      weights: Float64Array.of(0.75, 0.25),
      means: Float64Array.of(0, 2),
      covariances: Float64Array.of(1, 1),
    });
    const shares = new Float64Array(2);
    // Midway both densities are the same, so the weights decide; far out the nearer one has all.
    mixture.respond(Float64Array.of(1), 0, shares, 0);
    expect(shares[0]).toBeCloseTo(0.75, 12);
    mixture.respond(Float64Array.of(1e6), 0, shares, 0);
    expect([...shares]).toEqual([0, 1]);
    expect(mixture.logDensity(Float64Array.of(1e6))).toBeGreaterThan(-Infinity);
  });

  it("refuses a covariance that is not positive definite", () => {
    const singular = {
      dimension: 2,
      weights: Float64Array.of(1),
      means: Float64Array.of(0, 0),
      covariances: Float64Array.of(1, 0, 1, 1),
    };
    expect(() => new GaussianMixture(singular)).toThrow(RangeError);
  });
});

describe("the normal distribution", () => {
  it("knows the table", () => {
    // Abramowitz and Stegun, table 26.1.
    expect(normalCdf(0)).toBeCloseTo(0.5, 7);
    expect(normalCdf(1.96)).toBeCloseTo(0.9750021, 6);
    expect(normalCdf(-6) / 9.8659e-10).toBeCloseTo(1, 4);
    expect(lowerNormalQuantile(0.025)).toBeCloseTo(-1.959964, 5);
    expect(lowerNormalQuantile(1e-300)).toBeCloseTo(-37.0471, 3);
  });
});

describe("fitMixture", () => {
  it("finds the two clusters of made-up data, their number too", () => {
    const fitted = fitMixture(twoClusters(1), 2, { seed: 1, deviationFloor: 1e-3 });
    if (fitted.status !== "ready") throw new Error(fitted.reason);
    const { mixture } = fitted.value;
    expect(mixture.components).toBe(2);
    const large = (mixture.weights[0] ?? 0) > 0.5 ? 0 : 1;
    expect(mixture.weights[large]).toBeCloseTo(0.75, 2);
    // 300 rows: the standard error of a covariance near 1 is about .08.
    const [xx, yx, yy] = [0, 2, 3].map((at) => mixture.covariances[4 * large + at] ?? NaN);
    expect(Math.abs((xx ?? NaN) - 1)).toBeLessThan(0.3);
    expect(Math.abs((yx ?? NaN) - 0.8)).toBeLessThan(0.3);
    expect(Math.abs((yy ?? NaN) - 1)).toBeLessThan(0.3);
    expect(mixture.outlierScore(Float64Array.of(3, -3))).toBeGreaterThan(
      mixture.outlierScore(Float64Array.of(1, 1)),
    );
  });

  it("repeats itself with the same seed", () => {
    const fit = (): Json => {
      const fitted = fitMixture(twoClusters(2), 2, { seed: 7, deviationFloor: 1e-3 });
      if (fitted.status !== "ready") throw new Error(fitted.reason);
      return fitted.value.mixture.snapshot();
    };
    expect(fit()).toEqual(fit());
  });

  it.each([
    ["constant rows", Array.from({ length: 60 }, () => [5, 5]).flat()],
    ["a constant column", Array.from({ length: 60 }, (_, i) => [i % 7, 5]).flat()],
    ["collinear columns", Array.from({ length: 60 }, (_, i) => [i, 2 * i]).flat()],
    ["two rows", [1, 2, 3, 4]],
    ["huge values", Array.from({ length: 60 }, (_, i) => [1e100 * i, 1e100]).flat()],
  ])("copes with %s", (_name, rows) => {
    const fitted = fitMixture(Float64Array.from(rows), 2, { seed: 1, deviationFloor: 1e-3 });
    if (fitted.status !== "ready") throw new Error(fitted.reason);
    expect(fitted.value.mixture.logDensity(Float64Array.of(5, 5))).not.toBeNaN();
  });

  it("says why it can't fit", () => {
    const options = { seed: 1, deviationFloor: 1e-3 };
    expect(fitMixture(new Float64Array(0), 2, options)).toEqual({
      status: "warming_up",
      reason: "too_few_calls",
    });
    expect(fitMixture(Float64Array.of(1, 2), 2, options).status).toBe("warming_up");
    expect(fitMixture(Float64Array.of(1, NaN, 3, 4), 2, options)).toEqual({
      status: "failed",
      reason: "non_finite_input",
    });
  });

  it("never crashes and never gives NaN, whatever the finite rows", () => {
    const row = fc.tuple(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.constantFrom(0, 1, 1e-9, 1e5),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(), (rows, seed) => {
        const flat = Float64Array.from(rows.flat());
        const fitted = fitMixture(flat, 2, { seed, maxComponents: 3, deviationFloor: 0.05 });
        if (fitted.status !== "ready") return;
        const { mixture } = fitted.value;
        for (let at = 0; at < flat.length; at += 2) {
          expect(mixture.outlierScore(flat, at)).not.toBeNaN();
        }
        const json: Json = JSON.parse(JSON.stringify(mixture.snapshot())) as Json;
        const restored = GaussianMixture.restore(new SnapshotReader(json, "mixture"));
        expect(restored.logDensity(flat)).toBe(mixture.logDensity(flat));
      }),
      { numRuns: 50 },
    );
  });
});
