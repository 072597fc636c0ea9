import { describe, expect, it } from "vitest";
import { SESSION_START, type Call, type Observation } from "../../core/index.js";
import { MarkovSequenceModel } from "./markov.js";

const CALL: Call = {
  workload: "default/Deployment/shop",
  instance: "unknown",
  timeSeconds: 0,
  operation: "GET /",
  status: 200,
  durationSeconds: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  requestFormat: "none",
  responseFormat: "none",
  argumentShapes: [],
  actor: undefined,
  session: undefined,
  roles: [],
  groups: [],
  permissions: [],
};

function step(previous: string, operation: string, pauseSeconds?: number): Observation {
  return {
    call: { ...CALL, operation },
    segment: "shoppers",
    previousOperation: previous,
    secondsSincePrevious: pauseSeconds,
    sessionKey: undefined,
  };
}

function scoreOf(model: MarkovSequenceModel, observation: Observation): [number, number] {
  const deviations = new Float64Array(2);
  model.score(observation, deviations, 0);
  return [deviations[0] ?? NaN, deviations[1] ?? NaN];
}

/** Sessions of search, view, buy, 2 s apart. */
function shoppers(sessions: number): MarkovSequenceModel {
  const model = new MarkovSequenceModel();
  for (let i = 0; i < sessions; i += 1) {
    model.learn(step(SESSION_START, "search"));
    model.learn(step("search", "view", 2));
    model.learn(step("view", "buy", 2));
  }
  return model;
}

describe("MarkovSequenceModel", () => {
  it("is not surprised by the usual way, and much by another", () => {
    const model = shoppers(100);
    const [usual] = scoreOf(model, step("search", "view", 2));
    const [skipped] = scoreOf(model, step("search", "buy", 2));
    const [unknown] = scoreOf(model, step("search", "export", 2));
    // In "search" 100 calls of 1 kind: the other ways share 1/101 of the probability.
    expect(usual).toBeLessThan(0.02);
    // buy is a third of all calls: 1/101 * about 1/3.
    expect(skipped).toBeCloseTo(-Math.log2(1 / 101 / 3), 1);
    // Without context, unknown ones have 3/303, of which a quarter is for each: 1/101 * 1/404.
    expect(unknown).toBeCloseTo(-Math.log2(1 / 101 / 404), 6);
    expect(model.bits(step("search", "buy", 2))).toBe(skipped);
  });

  it("knows the usual pause after each operation; the first call of a session has none", () => {
    const model = shoppers(100);
    expect(scoreOf(model, step("search", "view", 2))[1]).toBeCloseTo(0, 9);
    // log(2.21 / 2.01) is 0.095, of a floor of 0.1, predictive factor sqrt(1.01).
    expect(scoreOf(model, step("search", "view", 2.2))[1]).toBeCloseTo(
      Math.log(2.21 / 2.01) / 0.1 / Math.sqrt(1.01),
      9,
    );
    expect(scoreOf(model, step("search", "view", 0))[1]).toBe(-8);
    expect(scoreOf(model, step(SESSION_START, "search"))[1]).toBeNaN();
  });
});
