import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factorize, solve } from "./elimination.js";

describe("elimination", () => {
  it("finds what was multiplied", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }).chain((size) =>
          fc.record({
            size: fc.constant(size),
            entries: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
              minLength: size * size,
              maxLength: size * size,
            }),
            wanted: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
              minLength: size,
              maxLength: size,
            }),
          }),
        ),
        ({ size, entries, wanted }) => {
          // Each column's diagonal is larger than all else in it, as the session flow has it.
          const matrix = Float64Array.from(entries, (entry, at) =>
            Math.floor(at / size) === at % size ? size + entry : -entry,
          );
          const values = Float64Array.from({ length: size }, (_, row) =>
            wanted.reduce((sum, x, column) => sum + (matrix[row * size + column] ?? 0) * x, 0),
          );
          factorize(matrix, size);
          solve(matrix, size, values);
          values.forEach((value, row) => {
            expect(value).toBeCloseTo(wanted[row] ?? NaN, 9);
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});
