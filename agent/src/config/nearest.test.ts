import { expect, test } from "vitest";
import { nearest } from "./nearest.js";

test.each([
  // One letter missing.
  ["windowSecond", ["windowSeconds", "mode"], "windowSeconds"],
  // Two letters swapped: distance 2.
  ["prot", ["port", "host"], "port"],
  // Case and separators don't count: distance 0.
  ["WINDOW-SECONDS", ["windowSeconds"], "windowSeconds"],
  // Ties go to the earlier one.
  ["ab", ["abc", "abd"], "abc"],
  // Distance 3 at length 4 is another word; at length 9 it is a mistake (9 / 3 = 3).
  ["abcd", ["axyz"], undefined],
  ["abcdefghi", ["abcdefxyz"], "abcdefxyz"],
  ["anything", [], undefined],
])("%s among %j is %s", (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected);
});
