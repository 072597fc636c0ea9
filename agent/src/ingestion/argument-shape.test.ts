import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  argumentShape,
  isUnnamedArgumentShape,
  MAX_BIGRAMS,
  MAX_PATTERN_CLASSES,
} from "./argument-shape.js";
import { IdentityHasher } from "./identity.js";

const hasher = new IdentityHasher(Buffer.alloc(32, 7));
const shapeOf = (value: unknown, name = "value") =>
  argumentShape(name, value, (argument, text) => hasher.argument(argument, text));

describe("argumentShape", () => {
  test.each([
    { value: "ab-12", type: "string", length: 5, pattern: "a-9" },
    { value: "Zoë 3", type: "string", length: 5, pattern: "Aau 9" },
    { value: "a\tb\u0000", type: "string", length: 4, pattern: "acac" },
    { value: "", type: "string", length: 0, pattern: "" },
    { value: 12, type: "integer", length: 2, pattern: "9" },
    { value: -1.5, type: "number", length: 4, pattern: "-9.9" },
    { value: true, type: "boolean", length: 4, pattern: "a" },
    { value: null, type: "null", length: 0, pattern: "" },
    { value: [1, "x"], type: "array", length: 2, pattern: '[9,"a"]' },
    { value: { k: false }, type: "object", length: 1, pattern: '{"a":a}'.replace("k", "a") },
  ])("$value is $type $pattern", ({ value, type, length, pattern }) => {
    expect(shapeOf(value)).toMatchObject({ type, length, classPattern: pattern });
  });

  test("counts neighboring classes", () => {
    // ab-12: a-a, a-"-", "-"-9, 9-9.
    expect(shapeOf("ab-12").characterClassBigrams).toEqual({ aa: 1, "a-": 1, "-9": 1, "99": 1 });
  });

  test("hashes a value by its name, and never keeps it", () => {
    const secret = "hunter2-hunter2";
    expect(shapeOf(secret).keyedHash).toBe(shapeOf(secret).keyedHash);
    expect(shapeOf(secret, "a").keyedHash).not.toBe(shapeOf(secret, "b").keyedHash);
    expect(JSON.stringify(shapeOf({ password: [secret] }))).not.toContain("hunter");
  });

  test("a name like __proto__ is a name", () => {
    expect(shapeOf("x", "__proto__").name).toBe("__proto__");
    const shape = shapeOf(JSON.parse('{"__proto__":{"polluted":1}}'));
    expect(shape).toMatchObject({ type: "object", length: 1 });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("10,000 nesting levels are bounded", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 10_000; level++) deep = [deep];
    expect(shapeOf(deep).classPattern).toBe("[u]");
  });

  test("everything it makes is bounded and recognized on the wire", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary", maxLength: 3000 }), fc.jsonValue()),
        (value) => {
          const { name, ...shape } = shapeOf(value);
          expect(name).toBe("value");
          expect(isUnnamedArgumentShape(shape)).toBe(true);
          expect(shape.classPattern.length).toBeLessThanOrEqual(MAX_PATTERN_CLASSES + 1);
          const bigrams = Object.values(shape.characterClassBigrams);
          expect(bigrams.length).toBeLessThanOrEqual(MAX_BIGRAMS + 1);
          if (typeof value === "string") {
            const seen = Math.min(value.length, 1024);
            expect(bigrams.reduce((sum, count) => sum + count, 0)).toBe(Math.max(seen - 1, 0));
          }
        },
      ),
    );
  });

  test("a long varied text is bounded", () => {
    // Every printable ASCII character beside every other: far more than 64 bigrams.
    let text = "";
    for (let from = 33; from < 127; from++)
      text += String.fromCharCode(from, 33 + ((from * 7) % 94));
    const { classPattern, characterClassBigrams } = shapeOf(text);
    expect(classPattern).toHaveLength(MAX_PATTERN_CLASSES + 1);
    expect(classPattern.endsWith("…")).toBe(true);
    expect(Object.keys(characterClassBigrams)).toHaveLength(MAX_BIGRAMS + 1);
    expect(characterClassBigrams["{other}"]).toBeGreaterThan(0);
  });
});

describe("isUnnamedArgumentShape", () => {
  const { type, length, classPattern, characterClassBigrams, keyedHash } =
    shapeOf("alice@example.org");
  const shape = { type, length, classPattern, characterClassBigrams, keyedHash };

  test.each([
    ["a field more", { ...shape, value: "alice" }],
    ["a field less", { ...shape, length: undefined, size: 1 }],
    ["readable text for a pattern", { ...shape, classPattern: "alice" }],
    ["an unknown type", { ...shape, type: "secret" }],
    ["a negative length", { ...shape, length: -1 }],
    ["a hash that is none", { ...shape, keyedHash: "alice@example.org" }],
    ["readable text for a bigram", { ...shape, characterClassBigrams: { alice: 1 } }],
    ["a count that is none", { ...shape, characterClassBigrams: { aa: 0.5 } }],
    ["no bigrams", { ...shape, characterClassBigrams: null }],
    ["no object", "shape"],
  ])("refuses %s", (_, value) => {
    expect(isUnnamedArgumentShape(shape)).toBe(true);
    expect(isUnnamedArgumentShape(value)).toBe(false);
  });
});
