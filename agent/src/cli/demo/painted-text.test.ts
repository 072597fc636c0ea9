import { describe, expect, it } from "vitest";
import { bar, cut, paint, span, sparkline, wrap } from "./painted-text.js";

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

  it("wrap breaks between words and cuts the last line", () => {
    expect(wrap("one two three four five", 8, 2)).toEqual(["one two", "three f…"]);
    expect(wrap("abcdefghij", 4, 3)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrap("", 4, 3)).toEqual([]);
  });
});

describe("paint", () => {
  it("cuts across spans by what is seen, not by escape codes", () => {
    const line = [span("abc", "alarm"), span("defg")];
    expect(paint(line, 5, false)).toBe("abcd…");
    expect(paint(line, 5, true)).toBe("\u001b[1;31mabc\u001b[0md…");
  });
});
