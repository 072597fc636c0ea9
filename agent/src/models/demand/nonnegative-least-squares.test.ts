import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { solveNonnegative } from "./nonnegative-least-squares.js";

const FEATURES = 3;

describe("non-negative least squares", () => {
  it("is least squares where that has no negative weight", () => {
    // Rows (1, 0), (0, 1), (1, 1) with targets 2, 3, 5: A = [[2, 1], [1, 2]], b = (7, 8), weights 2 and 3.
    const weights = new Float64Array(2);
    solveNonnegative(Float64Array.from([2, 1, 1, 2]), Float64Array.from([7, 8]), weights);
    expect(weights[0]).toBeCloseTo(2, 6);
    expect(weights[1]).toBeCloseTo(3, 6);
  });

  it("satisfies the conditions of Karush, Kuhn and Tucker", () => {
    const row = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
      minLength: FEATURES + 1,
      maxLength: FEATURES + 1,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 8, maxLength: 20 }), (rows) => {
        const squares = new Float64Array(FEATURES ** 2);
        const products = new Float64Array(FEATURES);
        for (let i = 0; i < FEATURES; i += 1) {
          for (const values of rows) {
            products[i] = (products[i] ?? 0) + (values[i] ?? 0) * (values[FEATURES] ?? 0);
            for (let j = 0; j < FEATURES; j += 1) {
              const at = i * FEATURES + j;
              squares[at] = (squares[at] ?? 0) + (values[i] ?? 0) * (values[j] ?? 0);
            }
          }
          // Well conditioned, so that few sweeps settle it.
          squares[i * FEATURES + i] = (squares[i * FEATURES + i] ?? 0) + rows.length;
        }
        const weights = new Float64Array(FEATURES);
        solveNonnegative(squares, products, weights);
        for (let i = 0; i < FEATURES; i += 1) {
          let gradient = -(products[i] ?? 0);
          for (let j = 0; j < FEATURES; j += 1) {
            gradient += (squares[i * FEATURES + j] ?? 0) * (weights[j] ?? 0);
          }
          expect(weights[i]).toBeGreaterThanOrEqual(0);
          expect(gradient).toBeGreaterThan(-1e-5);
          if ((weights[i] ?? 0) > 0) expect(Math.abs(gradient)).toBeLessThan(1e-5);
        }
      }),
    );
  });
});
