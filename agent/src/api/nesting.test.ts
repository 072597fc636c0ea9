import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nestsDeeperThan } from "./nesting.js";

/** The depth of a parsed value, the obvious way. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("nestsDeeperThan", () => {
  it("agrees with the depth of the parsed value", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const depth = depthOf(JSON.parse(text));
        const bytes = Buffer.from(text);
        expect(nestsDeeperThan(depth, bytes)).toBe(false);
        expect(nestsDeeperThan(depth - 1, bytes)).toBe(depth > 0);
      }),
      { seed: 20_260_301 },
    );
  });

  it.each([
    ["brackets in a string", '["[[[[", "\\"[[[", "\\\\"]', 1, false],
    ["a string that never ends", '["[[[[', 1, false],
    ["a backslash at the end", '["\\', 1, false],
    ["brackets that never close", "[[[", 2, true],
    ["brackets side by side", "[[],[],[],{}]", 2, false],
  ])("%s", (_name, text, limit, expected) => {
    expect(nestsDeeperThan(limit, Buffer.from(text))).toBe(expected);
  });

  it("looks at its part of the bytes only", () => {
    expect(nestsDeeperThan(1, Buffer.from("[[[[]"), 3)).toBe(false);
    expect(nestsDeeperThan(1, Buffer.from("[][[["), 0, 2)).toBe(false);
  });
});
