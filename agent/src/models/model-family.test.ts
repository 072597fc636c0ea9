import { describe, expect, it } from "vitest";
import { observationAt } from "../behavior/fixture.js";
import { ModelFamily } from "./model-family.js";
import { MixturePayloadModel } from "./payload/mixture-payload-model.js";
import { MarkovSequenceModel } from "./sequence/markov.js";

function family(): ModelFamily {
  return new ModelFamily(
    () => [new MarkovSequenceModel({ halfLifeSeconds: 86_400, maxOperations: 50 })],
    (segment) => segment.startsWith("cluster-"),
  );
}

function learn(models: ModelFamily, segment: string, calls: number): void {
  for (let index = 0; index < calls; index += 1) {
    models.learn(models.of(segment), observationAt(index, {}, { segment }));
  }
}

describe("ModelFamily", () => {
  it("lets a small segment share its parent's models, which are ready when it comes", () => {
    const models = family();
    learn(models, "shoppers", 299);
    expect(models.sharedBy("shoppers")).toBe("all");
    learn(models, "partners", 1);
    expect(models.of("partners").statuses().sequence).toEqual({ status: "ready" });
    expect([...models.own.keys()]).toEqual(["all"]);
    expect(models.served("all")).toEqual(["all", "shoppers", "partners"]);
  });

  it("gives a segment a copy of what served it at its 300th call, and it learns apart from then on", () => {
    const models = family();
    learn(models, "shoppers", 300);
    expect(models.sharedBy("shoppers")).toBeUndefined();
    expect(models.of("shoppers").snapshot()).toEqual(models.of("all").snapshot());
    const before = models.of("all").snapshot();
    learn(models, "shoppers", 10);
    expect(models.of("all").snapshot()).toEqual(before);
    expect(models.of("shoppers").snapshot()).not.toEqual(before);
  });

  it("has the models of those without a role serve clusters, once there are any", () => {
    const models = family();
    expect(models.sharedBy("cluster-1")).toBe("all");
    learn(models, "unassigned", 300);
    expect(models.sharedBy("cluster-1")).toBe("unassigned");
    expect(models.sharedBy("a+b")).toBe("all");
    learn(models, "cluster-1", 300);
    expect(models.sharedBy("cluster-1")).toBeUndefined();
    models.forget("cluster-1");
    expect(models.sharedBy("cluster-1")).toBe("unassigned");
  });

  it("counts outliers by the segment that called, whoever's models told, and of all", () => {
    const models = new ModelFamily(
      () => [new MixturePayloadModel()],
      () => false,
    );
    const call = (segment: string, at: number, requestBytes: number): void => {
      models.learn(models.of(segment), observationAt(at, { requestBytes }, { segment }));
    };
    expect(models.outlierCalls("shoppers")).toBeUndefined();
    for (let at = 0; at < 250; at += 1) call("shoppers", at, 1000 + (at % 7));
    const usual = models.outlierCalls("shoppers") ?? NaN;
    // Shares the models of all with the shoppers.
    call("partners", 250, 5e8);
    expect(models.outlierCalls("partners")).toBe(1);
    expect(models.outlierCalls("shoppers")).toBe(usual);
    expect(models.outlierCalls("all")).toBe(usual + 1);
    // Own models are a copy; what was counted is not counted again.
    for (let at = 251; at < 351; at += 1) call("shoppers", at, 1000 + (at % 7));
    expect(models.sharedBy("shoppers")).toBeUndefined();
    expect(models.outlierCalls("all")).toBe((models.outlierCalls("shoppers") ?? NaN) + 1);
    models.forget("partners");
    expect(models.outlierCalls("partners")).toBe(0);
  });

  it("restored, it knows how many calls a small segment has made", () => {
    const models = family();
    learn(models, "shoppers", 299);
    const restored = family();
    restored.restore(models.snapshot());
    for (const [segment, own] of models.own) restored.ownOf(segment).restore(own.snapshot());
    learn(restored, "shoppers", 1);
    expect(restored.sharedBy("shoppers")).toBeUndefined();
    expect(() => {
      restored.restore({ shoppers: -1 });
    }).toThrow("shoppers");
  });
});
