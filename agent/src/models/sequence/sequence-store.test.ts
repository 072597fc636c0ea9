import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/index.js";
import { START_STEP } from "./call-step.js";
import { joined } from "./sequence-data.js";
import { SequenceStore, type CallSequence } from "./sequence-store.js";

function sequence(steps: number, token: number): CallSequence {
  return [START_STEP, ...Array.from({ length: steps }, () => token)];
}

describe("SequenceStore", () => {
  it("never keeps more steps than it may, and all until then", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 })), (lengths) => {
        const store = new SequenceStore(30, 1);
        let sum = 0;
        for (const length of lengths) {
          store.add(sequence(length, 3));
          if (length <= 30) sum += length;
          expect(store.steps).toBeLessThanOrEqual(30);
          if (sum <= 30) expect(store.steps).toBe(sum);
        }
        expect(store.data().targets.length).toBeLessThanOrEqual(30);
      }),
    );
  });

  it("forgets the old: after five times its size, about e^-4 of the first is left", () => {
    const store = new SequenceStore(500, 1);
    for (let i = 0; i < 2500; i += 1) store.add(sequence(1, i < 500 ? 3 : 4));
    // Each of 2,000 draws spares a place with 499/500: 500 * .018 = 9, deviation 3.
    const old = store.data().targets.filter((token) => token === 3).length;
    expect(old).toBeGreaterThan(0);
    expect(old).toBeLessThanOrEqual(21);
    const { weights } = joined(store.data());
    // Equal ones are joined: their weights are roots of numbers that sum to 500.
    expect(weights.reduce((total, weight) => total + weight * weight, 0)).toBeCloseTo(500, 3);
  });

  it("continues identically after a restore, and refuses what is not its own", () => {
    const store = new SequenceStore(20, 1);
    for (let i = 0; i < 30; i += 1) store.add(sequence(1 + (i % 4), 3 + (i % 3)));
    const restored = new SequenceStore(20, 1);
    const reader = (value = store.snapshot()): SnapshotReader => new SnapshotReader(value, "store");
    restored.restore(reader(), 6);
    store.add(sequence(5, 4));
    restored.add(sequence(5, 4));
    expect(restored.snapshot()).toEqual(store.snapshot());
    expect(() => {
      restored.restore(reader(), 3);
    }).toThrow("steps of 3 tokens");
    expect(() => {
      new SequenceStore(5, 1).restore(reader(), 6);
    }).toThrow(TypeError);
  });
});
