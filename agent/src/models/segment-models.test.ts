import { describe, expect, it } from "vitest";

import { observationAt } from "../core/fixture.js";
import type { CallModel, Json, Observation } from "../core/index.js";
import { seededRandom } from "../core/index.js";
import { PayloadStatisticsModel } from "./payload/statistics.js";
import { SegmentModels } from "./segment-models.js";
import { MarkovSequenceModel } from "./sequence/markov.js";

function create(): readonly CallModel[] {
  return [new MarkovSequenceModel(), new PayloadStatisticsModel()];
}

const PATH = ["GET /products", "GET /products/{id}", "POST /cart", "POST /orders"];

/** Sessions that walk the path, with a detour now and then; `responseBytes` of each answer. */
function* walk(seed: number, responseBytes = 1000): Generator<Observation, never> {
  const random = seededRandom(seed);
  let previousOperation = "{start}";
  let step = 0;
  for (let index = 0; ; index += 1) {
    const detour = random() < 0.1;
    const operation = detour ? "GET /help" : (PATH[step % PATH.length] ?? "GET /");
    if (!detour) step += 1;
    yield observationAt(
      1_750_000_000 + index,
      { operation, responseBytes: Math.round(responseBytes * (0.9 + 0.2 * random())) },
      { previousOperation, secondsSincePrevious: index === 0 ? undefined : 1, sessionKey: "ann" },
    );
    previousOperation = operation;
  }
}

function learn(models: SegmentModels, observations: Iterator<Observation, never>, calls: number) {
  for (let call = 0; call < calls; call += 1) models.learn(observations.next().value);
}

function learned(seed: number, calls: number, responseBytes?: number): SegmentModels {
  const models = new SegmentModels(create);
  learn(models, walk(seed, responseBytes), calls);
  return models;
}

function deviationsOf(models: SegmentModels, observation: Observation): number[] {
  const deviations = new Float64Array(models.causes.length);
  models.score(observation, deviations);
  return [...deviations];
}

function throughJson(value: unknown): Record<string, Json> {
  return JSON.parse(JSON.stringify(value)) as Record<string, Json>;
}

const NEXT = walk(99).next().value;

describe("SegmentModels", () => {
  it("scores with all models side by side, in the order of the causes", () => {
    const models = learned(1, 400);
    expect(models.causes).toEqual([...create().flatMap(({ causes }) => causes)]);
    const separately = create().flatMap((model) => {
      const observations = walk(1);
      for (let call = 0; call < 400; call += 1) model.learn(observations.next().value);
      const deviations = new Float64Array(model.causes.length);
      model.score(NEXT, deviations, 0);
      return [...deviations];
    });
    expect(deviationsOf(models, NEXT)).toEqual(separately);
    expect(models.statuses()).toMatchObject({
      sequence: { status: "ready" },
      payload: { status: "ready" },
    });
  });

  it("writes NaN before it is ready, and says why", () => {
    const models = new SegmentModels(create);
    expect(deviationsOf(models, NEXT).every(Number.isNaN)).toBe(true);
    expect(models.statuses().sequence).toEqual({ status: "warming_up", reason: "no_calls_yet" });
  });

  it("scoring teaches nothing", () => {
    const models = learned(1, 400);
    const before = throughJson(models.snapshot());
    for (let call = 0; call < 50; call += 1) deviationsOf(models, NEXT);
    expect(throughJson(models.snapshot())).toEqual(before);
  });

  it("restored, it continues identically", () => {
    const models = learned(1, 400);
    const restored = new SegmentModels(create);
    restored.restore(throughJson(models.snapshot()));
    const observations = walk(2);
    for (let call = 0; call < 300; call += 1) {
      const observation = observations.next().value;
      expect(deviationsOf(restored, observation)).toEqual(deviationsOf(models, observation));
      models.learn(observation);
      restored.learn(observation);
    }
    expect(restored.snapshot()).toEqual(models.snapshot());
  });

  it.each([[null], [[]]])("refuses to restore %o", (snapshot) => {
    expect(() => new SegmentModels(create).restore(snapshot)).toThrow(TypeError);
  });

  it("restores what fits; a model that refuses starts anew, and is named", () => {
    const saved = throughJson(learned(1, 400).snapshot());
    const models = new SegmentModels(create);
    // It has taken its calls and transitions when it comes to what does not fit.
    const sequence = { ...(saved["sequence"] as Record<string, Json>), pauses: 1 };
    expect(models.restore({ ...saved, sequence })).toEqual([
      expect.stringMatching(/^sequence: .*pauses/),
    ]);
    expect(throughJson(models.snapshot())).toEqual({
      ...throughJson(new SegmentModels(create).snapshot()),
      payload: saved["payload"],
    });
  });

  it("a fork says the same, has the calls to compare on, and learns apart", () => {
    const models = learned(1, 600);
    const forked = models.fork();
    const observations = walk(7);
    for (let call = 0; call < 20; call += 1) {
      const observation = observations.next().value;
      expect(deviationsOf(forked, observation)).toEqual(deviationsOf(models, observation));
    }
    expect(forked.replace(throughJson(learned(2, 1200).export())).status).toBe("accepted");
    const before = throughJson(models.export());
    learn(forked, walk(8), 20);
    expect(throughJson(models.export())).toEqual(before);
  });
});

describe("replacing the models", () => {
  it("accepts others that are no worse on recent calls, and can go back", () => {
    const models = learned(1, 600);
    const others = throughJson(learned(2, 1200).export());
    const before = deviationsOf(models, NEXT);
    expect(models.replace(others)).toEqual({ status: "accepted", models: ["sequence", "payload"] });
    expect(throughJson(models.export())).toEqual(others);
    expect(deviationsOf(models, NEXT)).not.toEqual(before);
    expect(models.restorePrevious()).toEqual({
      status: "accepted",
      models: ["sequence", "payload"],
    });
    expect(deviationsOf(models, NEXT)).toEqual(before);
    expect(models.restorePrevious()).toMatchObject({ status: "rejected", reason: "no_previous" });
  });

  it("rejects others that know other behavior, and changes nothing", () => {
    const models = learned(1, 600);
    const before = throughJson(models.export());
    const { payload } = throughJson(learned(3, 600, 1e6).export());
    const answer = models.replace({ payload: payload ?? null });
    expect(answer).toMatchObject({ status: "rejected", reason: "worse_on_recent_calls" });
    expect(answer.status === "rejected" && answer.detail).toMatch(
      /^payload: \d+\.\d\d bits a call against/,
    );
    expect(throughJson(models.export())).toEqual(before);
    expect(models.restorePrevious()).toMatchObject({ reason: "no_previous" });
  });

  it("replaces the models that are named and keeps the others", () => {
    const models = learned(1, 600);
    const { payload } = throughJson(models.export());
    const { sequence } = throughJson(learned(2, 1200).export());
    const answer = models.replace({ sequence: sequence ?? null });
    expect(answer).toEqual({ status: "accepted", models: ["sequence"] });
    expect(throughJson(models.export())).toEqual({ sequence, payload });
  });

  it("a comparison teaches the new models nothing", () => {
    const models = learned(1, 600);
    const same = throughJson(models.export());
    expect(models.replace(same).status).toBe("accepted");
    expect(throughJson(models.export())).toEqual(same);
  });

  it("decides nothing on too few recent calls", () => {
    const models = new SegmentModels(create);
    const others = throughJson(learned(2, 4000).export());
    models.restore(throughJson(learned(1, 600).export()));
    // Restored and ready, but every 8th call is kept: 20 of 160, and 32 are needed.
    learn(models, walk(4), 160);
    expect(models.replace(others)).toMatchObject({
      status: "rejected",
      reason: "too_few_recent_calls",
    });
    learn(models, walk(5), 96);
    expect(models.replace(others).status).toBe("accepted");
  });

  it("takes anything well-formed in place of models that are not ready", () => {
    const models = learned(1, 10);
    expect(models.replace(throughJson(learned(2, 600).export())).status).toBe("accepted");
    expect(models.statuses().sequence).toEqual({ status: "ready", value: undefined });
  });

  it.each([
    ["nothing", {}],
    ["a model that is none", { sequence: { format: "unheard of" } }],
    // Regression: it was taken for a model that is not named, and then failed in the comparison.
    ["a model that is null", { payload: null }],
  ])("rejects %s as malformed", (_name, bundle) => {
    const models = learned(1, 600);
    const before = throughJson(models.export());
    expect(models.replace(bundle)).toMatchObject({ status: "rejected", reason: "malformed" });
    expect(throughJson(models.export())).toEqual(before);
  });
});
