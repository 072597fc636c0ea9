import { expect, it } from "vitest";
import { bestThreshold, normalizedScore, probationRows, rawScore } from "./score.js";

const STANDARD = { truePositive: 1, falseNegative: 1, falsePositive: 0.11 };
const LENGTH = 1000;
const WINDOW = { from: 400, to: 499 };

function detectionsAt(...rows: number[]): Float64Array {
  const scores = new Float64Array(LENGTH);
  for (const row of rows) scores[row] = 1;
  return scores;
}

const sigmoid = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1;

it("the first row of a window earns all of it", () => {
  expect(rawScore({ scores: detectionsAt(400), windows: [WINDOW] }, 1, STANDARD)).toBeCloseTo(
    1,
    12,
  );
});

it("a later row earns less, and the best one counts", () => {
  const late = rawScore({ scores: detectionsAt(499), windows: [WINDOW] }, 1, STANDARD);
  // The last row of 100: y = -1/100.
  expect(late).toBeCloseTo(sigmoid(-0.01) / sigmoid(-1), 12);
  const both = rawScore({ scores: detectionsAt(450, 499), windows: [WINDOW] }, 1, STANDARD);
  expect(both).toBeCloseTo(sigmoid(-0.5) / sigmoid(-1), 12);
});

it("a missed window costs", () => {
  expect(rawScore({ scores: detectionsAt(), windows: [WINDOW] }, 1, STANDARD)).toBe(-1);
});

it("a false alarm costs its weight out of nowhere, and less soon after a window", () => {
  const before = rawScore({ scores: detectionsAt(300, 400), windows: [WINDOW] }, 1, STANDARD);
  expect(before).toBeCloseTo(1 - 0.11, 12);
  const after = rawScore({ scores: detectionsAt(400, 549), windows: [WINDOW] }, 1, STANDARD);
  // 50 rows after a window of 100: y = 50/99.
  expect(after).toBeCloseTo(1 + 0.11 * sigmoid(50 / 99), 12);
});

it("the first 15%, at most 750 rows, are not scored", () => {
  expect(probationRows(1000)).toBe(150);
  expect(probationRows(10_000)).toBe(750);
  const early = rawScore({ scores: detectionsAt(149, 400), windows: [WINDOW] }, 1, STANDARD);
  expect(early).toBeCloseTo(1, 12);
});

it("0 is silence, 100 is perfect", () => {
  const files = [{ scores: detectionsAt(400), windows: [WINDOW] }];
  expect(normalizedScore(files, 2, STANDARD)).toBe(0);
  expect(normalizedScore(files, 1, STANDARD)).toBeCloseTo(100, 12);
});

it("finds the threshold that suits the labels best", () => {
  const scores = detectionsAt(400);
  scores[200] = 0.5;
  expect(bestThreshold([{ scores, windows: [WINDOW] }], STANDARD)).toEqual({
    threshold: 1,
    score: expect.closeTo(100, 10) as number,
  });
});
