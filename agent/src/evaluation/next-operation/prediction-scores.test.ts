import { describe, expect, it } from "vitest";
import { bareObservation } from "../sequence/bare-observation.js";
import { MarkovBaseline } from "./markov-baseline.js";
import { PredictionScores, rankOf } from "./prediction-scores.js";

describe("PredictionScores", () => {
  it("averages bits, and counts ranks up to one and up to five; rare ones are never right", () => {
    const scores = new PredictionScores();
    scores.add(1, 1);
    scores.add(3, 5);
    scores.add(2, 6);
    scores.add(2, 0);
    expect(scores.score()).toEqual({ bits: 2, top1: 0.25, top5: 0.5 });
  });

  it("ranks by probability, and the first of equal ones before the others", () => {
    const probabilities = Float64Array.of(0.9, 0.2, 0.3, 0.3, 0.2);
    // The first place can't be named.
    expect([1, 2, 3, 4].map((symbol) => rankOf(probabilities, 1, symbol))).toEqual([3, 1, 2, 4]);
  });
});

describe("MarkovBaseline", () => {
  it("learns from the first part and foretells the rest", () => {
    const baseline = new MarkovBaseline(1, ["a", "b"]);
    const call = (operation: string, key: string, isFirst: boolean) =>
      bareObservation({
        operation,
        sessionKey: key,
        timeSeconds: 0,
        status: 200,
        previousOperation: undefined,
        secondsSincePrevious: isFirst ? undefined : 1,
      });
    baseline.learn(call("a", "x", true));
    baseline.learn(call("b", "x", false));
    baseline.score(call("a", "y", true));
    baseline.score(call("c", "y", false));
    // Of 2 calls of 2 kinds, without context, among 4 symbols: P(a) = (1 + 2/4) / 4 = 3/8, P(start) = 1/8.
    // After a start 1 call of 1 kind: P(a) = (1 + 3/8) / 2 = 11/16, P(start) = 1/16; so 11/15.
    // After a: P(rare) = P(start) = 1/2 * 1/8 = 1/16, so 1/15.
    expect(baseline.scores.bits[0]).toBeCloseTo(-Math.log2(11 / 15), 12);
    expect(baseline.scores.bits[1]).toBeCloseTo(-Math.log2(1 / 15), 12);
    expect(baseline.scores.ranks).toEqual([1, 0]);
  });
});
