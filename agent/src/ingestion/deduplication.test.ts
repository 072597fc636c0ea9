import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Json } from "../core/index.js";
import { SeenIds } from "./deduplication.js";

const throughJson = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

describe("SeenIds", () => {
  test("agrees with a set, across a restart", () => {
    const id = fc.tuple(fc.constantFrom("a", "b"), fc.string({ minLength: 1, maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(id), fc.array(id), fc.integer(), (before, after, seed) => {
        const set = new Set<string>();
        let seen = new SeenIds({ seed });
        const addAll = (ids: [string, string][]) => {
          for (const [workload, text] of ids) {
            const key = `${workload}/${text}`;
            expect(seen.has(workload, text)).toBe(set.has(key));
            expect(seen.add(workload, text)).toBe(!set.has(key));
            set.add(key);
          }
        };
        addAll(before);
        const restored = new SeenIds({ seed: seed + 1 });
        restored.restore(throughJson(seen.snapshot()));
        seen = restored;
        addAll(after);
        expect(seen.size).toBe(set.size);
      }),
    );
  });

  test("workload and id can't run together", () => {
    const seen = new SeenIds({ seed: 1 });
    seen.add("a", "bc");
    expect(seen.has("ab", "c")).toBe(false);
  });

  test("remembers at least the retention, forgets later, and stays bounded", () => {
    const seen = new SeenIds({ seed: 1, retentionCalls: 1000 });
    for (let id = 0; id < 10_000; id++) {
      expect(seen.add("w", `id-${id}`)).toBe(true);
      expect(seen.size).toBeLessThanOrEqual(1500);
    }
    for (let id = 9000; id < 10_000; id++) expect(seen.has("w", `id-${id}`)).toBe(true);
    expect(seen.has("w", "id-0")).toBe(false);
  });

  test("a million ids: none lost, none invented, 16 MB", () => {
    const seen = new SeenIds({ seed: 42 });
    for (let id = 0; id < 1_500_000; id++) {
      if (!seen.add("default/Deployment/shop", `request-${id}`)) {
        throw new Error(`${id} was taken for a duplicate`);
      }
    }
    expect(seen.has("default/Deployment/shop", "request-500000")).toBe(true);
    // Three generations of 500,000 hashes of 8 bytes, three quarters full: 16.0 MB.
    expect(seen.bytes).toBeLessThan(16_100_000);
  });

  test.each([
    [null, "seenIds is not an object"],
    [{ seed: 1 }, "seenIds.generations is not an array"],
    [{ seed: 1, generations: [] }, "seenIds.generations does not have"],
    [{ seed: 1, generations: ["AAA="] }, "seenIds.generations holds a broken hash"],
  ])("refuses %j", (snapshot: Json, message) => {
    expect(() => {
      new SeenIds({ seed: 1 }).restore(snapshot);
    }).toThrow(message);
  });
});
