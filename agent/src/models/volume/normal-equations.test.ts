import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { NormalEquations } from "./normal-equations.js";

describe("NormalEquations", () => {
  it("with one feature, shrinks by the ridge: b / (a (1 + r / n))", () => {
    // No forgetting to speak of; 5 times x = 2, y = 6: a = 20, b = 60, n = 5, r = 5: 60 / 40.
    const equations = new NormalEquations(1, 1e12, 5);
    for (let i = 0; i < 5; i += 1) equations.learn(Float64Array.of(2), 0, 6);
    equations.solve();
    expect(equations.predict(Float64Array.of(1), 0)).toBeCloseTo(1.5, 6);
  });

  it("forgets: after a half-life the older half counts half", () => {
    // y = 0 four times, then y = 3 four times, half-life 4: weights of the two halves are 1/2 and 1.
    const equations = new NormalEquations(1, 4, 0);
    for (let i = 0; i < 8; i += 1) equations.learn(Float64Array.of(1), 0, i < 4 ? 0 : 3);
    equations.solve();
    expect(equations.predict(Float64Array.of(1), 0)).toBeCloseTo(2, 9);
  });

  it("gives no weight to features that are silent or a copy of another one", () => {
    const equations = new NormalEquations(3, 1e6, 0);
    for (let i = 1; i < 20; i += 1) equations.learn(Float64Array.of(i, 0, i), 0, 2 * i);
    equations.solve();
    expect(equations.predict(Float64Array.of(1, 5, 1), 0)).toBeCloseTo(2, 6);
  });

  it("never predicts what is not finite, and continues identically after a restore", () => {
    const row = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const equations = new NormalEquations(3, 10, 20);
        for (const values of rows) equations.learn(Float64Array.from(values), 0, values[3] ?? 0);
        equations.solve();
        const prediction = equations.predict(Float64Array.of(1, -2, 3), 0);
        expect(Number.isFinite(prediction)).toBe(true);
        const restored = new NormalEquations(3, 10, 20);
        const json: unknown = JSON.parse(JSON.stringify(equations.snapshot()));
        restored.restore(new SnapshotReader(json as ReturnType<typeof equations.snapshot>, "x"));
        expect(restored.predict(Float64Array.of(1, -2, 3), 0)).toBe(prediction);
        expect(restored.snapshot()).toEqual(equations.snapshot());
      }),
    );
  });
});
