import { expect, it } from "vitest";
import { scoreChangepoints } from "./score.js";

it("a prediction that everybody made is perfect", () => {
  expect(scoreChangepoints([50], [[50], [50]], 100)).toEqual({ f1: 1, cover: 1 });
});

it("counts the start of the series for everybody", () => {
  // Predicting nothing finds the start. Precision 1/1; recall (1/2 + 1/1) / 2 = 3/4; F1 = 6/7.
  // Cover: [0, 50) and [50, 100) each overlap [0, 100) by 1/2; the other person's is 1: (1/2 + 1) / 2.
  const { f1, cover } = scoreChangepoints([], [[50], []], 100);
  expect(f1).toBeCloseTo(6 / 7, 12);
  expect(cover).toBeCloseTo(0.75, 12);
});

it.each([
  [5, 1],
  [6, 0.5],
])("a detection that is %i samples late", (late, f1) => {
  expect(scoreChangepoints([50 + late], [[50]], 100).f1).toBeCloseTo(f1, 12);
});

it("uses no detection twice", () => {
  // Truths 0, 50, 53; detections 0, 51: recall 2/3, precision 2/2.
  expect(scoreChangepoints([51], [[50, 53]], 100).f1).toBeCloseTo(0.8, 12);
});

it("covers by the best overlap, weighed by length", () => {
  // Truth [0, 40), [40, 100); predicted [0, 50), [50, 100): 40/50 and 50/60.
  const { cover } = scoreChangepoints([50], [[40]], 100);
  expect(cover).toBeCloseTo((40 * (40 / 50) + 60 * (50 / 60)) / 100, 12);
});
