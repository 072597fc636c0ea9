import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bar,
  cut,
  flow,
  paint,
  span,
  sparkline,
  wrap,
  wrapHanging,
  type Line,
} from "./painted-text.js";

describe("sparkline", () => {
  it("draws eighths of the maximum", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], 20, 8)).toBe("▁▂▃▄▅▆▇██");
  });
  it("keeps the last values that fit", () => {
    expect(sparkline([8, 8, 0, 0], 2, 8)).toBe("▁▁");
  });
  it("draws the unknown as a dot, never as a number", () => {
    expect(sparkline([undefined, 0], 5, 1)).toBe("·▁");
  });
  it("draws nothing high when the maximum is 0", () => {
    expect(sparkline([0, 3], 5, 0)).toBe("▁▁");
  });
});

describe("bar", () => {
  it.each([
    [0, "░░░░"],
    [0.5, "██░░"],
    [1, "████"],
    [7, "████"],
    [-1, "░░░░"],
  ])("of %d", (ratio, drawn) => {
    expect(bar(ratio, 4)).toBe(drawn);
  });
});

describe("cut and wrap", () => {
  it.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["abcd", 0, ""],
  ])("cut %s to %i", (text, columns, expected) => {
    expect(cut(text, columns)).toBe(expected);
  });

  it("wrap breaks between words, and a word only when it fits in no line", () => {
    expect(wrap("one two three four five", 8)).toEqual(["one two", "three", "four", "five"]);
    expect(wrap("to abcdefghij", 4)).toEqual(["to", "abcd", "efgh", "ij"]);
    expect(wrap("abc def", 3)).toEqual(["abc", "def"]);
    expect(wrap("", 4)).toEqual([]);
  });

  it("wrap loses no word, and no line is too wide", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/)),
        fc.integer({ min: 9, max: 40 }),
        (words, columns) => {
          const lines = wrap(words.join(" "), columns);
          expect(lines.flatMap((line) => line.split(" "))).toEqual(words);
          expect(Math.max(0, ...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe("wrapHanging", () => {
  it.each([
    [
      "  calls      12 sent, 11 accepted",
      24,
      ["  calls      12 sent, 11", "             accepted"],
    ],
    ["  two words  one two", 17, ["  two words  one", "             two"]],
    ["  only words", 8, ["  only", "  words"]],
    ["no column at all", 9, ["no column", "at all"]],
    ["", 9, [""]],
    ["  fits   all", 12, ["  fits   all"]],
    ["  fits   all", Number.POSITIVE_INFINITY, ["  fits   all"]],
  ])("%j in %d columns", (line, columns, expected) => {
    expect(wrapHanging(line, columns)).toEqual(expected);
  });
});

describe("flow", () => {
  const text = (lines: readonly Line[]) =>
    lines.map((line) => line.map((part) => part.text).join(""));

  it("begins a new line between pieces, never within one", () => {
    const pieces = [[span("one"), span(" two")], [span("three")], [span("four")]];
    // "one two  three" is 14 wide.
    expect(text(flow(pieces, 14))).toEqual(["one two  three", "four"]);
    expect(text(flow(pieces, 13))).toEqual(["one two", "three  four"]);
    expect(text(flow(pieces, 1))).toEqual(["one two", "three", "four"]);
    expect(flow([], 10)).toEqual([]);
  });
});

describe("paint", () => {
  it("cuts across spans by what is seen, not by escape codes", () => {
    const line = [span("abc", "alarm"), span("defg")];
    expect(paint(line, 5, false)).toBe("abcd…");
    expect(paint(line, 5, true)).toBe("\u001b[1;31mabc\u001b[0md…");
  });
});
