import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { OperationSlots } from "./operation-slots.js";

function calls(counts: Readonly<Record<string, number>>) {
  return new Map(Object.entries(counts).map(([name, count]) => [name, { calls: count }]));
}

describe("OperationSlots", () => {
  it("gives places to the operations with the most calls; the rest is {other}", () => {
    const slots = new OperationSlots(2, 10);
    expect(slots.learn(calls({ a: 5, b: 3, c: 4, "{other}": 90 }))).toEqual([0, 1]);
    expect([0, 1, 2].map((place) => slots.nameOf(place))).toEqual(["a", "c", "{other}"]);
    expect(["a", "b", "c", "{other}", "new"].map((name) => slots.placeOf(name))).toEqual([
      0, 2, 1, 2, 2,
    ]);
  });

  it("keeps a place until somebody has a quarter more calls", () => {
    const slots = new OperationSlots(1, 10);
    slots.learn(calls({ a: 100 }));
    // The second window is reviewed: 120 are not 125.
    expect(slots.learn(calls({ b: 120 }))).toEqual([]);
    // The third is not; the fourth is: 130 are enough.
    expect(slots.learn(calls({ b: 10 }))).toEqual([]);
    expect(slots.learn(calls({}))).toEqual([0]);
    expect(slots.nameOf(0)).toBe("b");
  });

  it("counts a bounded number of operations, and the calls of the rest", () => {
    const slots = new OperationSlots(2, 10);
    for (let index = 0; index < 100; index += 1) slots.learn(calls({ [`op-${index}`]: 1 }));
    expect(slots.uncountedCalls).toBeGreaterThan(0);
    // Sixteen for each place.
    expect(slots.snapshot()).toMatchObject({ counts: { length: 32 } });
  });

  it("restores what it was, and refuses what it was not", () => {
    const slots = new OperationSlots(2, 10);
    for (let index = 0; index < 10; index += 1) slots.learn(calls({ a: index, b: 3, c: 4 }));
    const restored = new OperationSlots(2, 10);
    restored.restore(new SnapshotReader(slots.snapshot(), "slots"));
    expect(restored.snapshot()).toEqual(slots.snapshot());
    const other = new OperationSlots(3, 10);
    const restore = (): void => {
      other.restore(new SnapshotReader(slots.snapshot(), "slots"));
    };
    expect(restore).toThrow("slots.names");
  });

  it("needs a place at least", () => {
    expect(() => new OperationSlots(0, 10)).toThrow(RangeError);
  });
});
