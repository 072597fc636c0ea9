import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../core/index.js";
import { jsonPieces } from "./json-pieces.js";

test("the pieces of any value join to its JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(5), (value, openedLevels) => {
      const json = value as Json;
      expect([...jsonPieces(json, openedLevels)].join("")).toBe(JSON.stringify(json));
    }),
  );
});

test.each([0, 1, 255, 256, 257, 1000])("a list of %i elements", (length) => {
  const list = Array.from({ length }, (_, index) => [index]);
  expect([...jsonPieces({ list })].join("")).toBe(JSON.stringify({ list }));
});

test("a long list comes in small pieces", () => {
  const list = Array.from({ length: 100_000 }, () => 1);
  // 256 elements of one digit with a comma before each.
  expect(Math.max(...[...jsonPieces({ list })].map((piece) => piece.length))).toBe(2 * 256);
});

test("so does a list of long lists", () => {
  const numbers = Array.from({ length: 100_000 }, () => 1);
  const pieces = [...jsonPieces({ workload: [numbers, numbers] })];
  expect(Math.max(...pieces.map((piece) => piece.length))).toBe(2 * 256);
});
