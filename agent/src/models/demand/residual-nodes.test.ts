import { describe, expect, it } from "vitest";
import { seededRandom, type Json } from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { NODE_SHARES, NODES, ResidualNodes } from "./residual-nodes.js";

function all(nodes: ResidualNodes): number[] {
  return Array.from({ length: NODES }, (_, node) => nodes.at(node));
}

describe("residual nodes", () => {
  it("begin as a distribution of mean 0 and spread 1, ascending", () => {
    const values = all(new ResidualNodes(1000, 100));
    const mean = (power: number): number =>
      values.reduce((sum, value, node) => sum + (NODE_SHARES[node] ?? 0) * value ** power, 0);
    expect(NODE_SHARES.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(mean(1)).toBeCloseTo(0, 1);
    expect(mean(2)).toBeCloseTo(1, 0);
    expect([...values].sort((a, b) => a - b)).toEqual(values);
  });

  it("become the distribution of what is learned", () => {
    const nodes = new ResidualNodes(4000, 100);
    const random = seededRandom(3);
    // Uniform on -1 to 3: the mean of the highest node, .9995 to 1, is just below 3.
    for (let i = 0; i < 10_000; i += 1) nodes.learn(random() * 4 - 1);
    const values = all(nodes);
    const middle = values[NODE_SHARES.findIndex((_, node) => (values[node] ?? 0) > 1)] ?? NaN;
    expect(middle).toBeGreaterThan(0.95);
    expect(middle).toBeLessThan(1.3);
    expect(values[0]).toBeCloseTo(-1 + 4 * 0.01, 1);
    // The multiplier stays near 1 where the quantile is right.
    expect(values[NODES - 1]).toBeGreaterThan(3 * 0.8);
    expect(values[NODES - 1]).toBeLessThan(3 * 1.3);
  });

  it("widen above 0 when the high quantile is missed in a row, and only there", () => {
    const nodes = new ResidualNodes(1000, 1000);
    const before = all(nodes);
    for (let i = 0; i < 10; i += 1) nodes.learn(8);
    const after = all(nodes);
    // Ten misses: about .05 x .98 x (1 - .99^10) / .01 = .469 on the logarithm.
    const factor = Math.exp((0.05 * 0.98 * (1 - 0.99 ** 10)) / 0.01);
    before.forEach((value, node) => {
      expect(after[node]).toBeCloseTo(value > 0 ? value * factor : value, 6);
    });
  });

  it("go on identically after a restart", () => {
    const random = seededRandom(4);
    const nodes = new ResidualNodes(300, 50);
    for (let i = 0; i < 777; i += 1) nodes.learn(random() - 0.4);
    const restored = new ResidualNodes(300, 50);
    const snapshot = JSON.parse(JSON.stringify(nodes.snapshot())) as Json;
    restored.restore(new SnapshotReader(snapshot, "nodes"));
    for (let i = 0; i < 200; i += 1) {
      const residual = random() - 0.4;
      nodes.learn(residual);
      restored.learn(residual);
      expect(all(restored)).toEqual(all(nodes));
    }
  });
});
